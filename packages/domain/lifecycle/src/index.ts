export type { FinishedJobStatus, FinishedRunStatus, JobStatus, Reason, RunStatus } from "./status.ts";
export type { LogText, RunEvent, RunEventType } from "./event.ts";
