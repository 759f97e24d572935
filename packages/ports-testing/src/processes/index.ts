export { processesContract, type ProcessesSubject } from "./contract.ts";
export { MemoryProcesses } from "./memory-processes.ts";
