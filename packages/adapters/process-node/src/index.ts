export { FifoPipes } from "./fifo-pipes.ts";
export { NodeProcesses } from "./node-processes.ts";
export { SystemClock } from "./system-clock.ts";
