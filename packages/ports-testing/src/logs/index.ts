export { logsContract } from "./contract.ts";
export { MemoryLogs } from "./memory-logs.ts";
