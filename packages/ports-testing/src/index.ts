export { logsContract, MemoryLogs } from "./logs/index.ts";
