export { FileLogs, type FileLogsOptions } from "./file-logs.ts";
