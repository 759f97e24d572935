import type { FinishedJobStatus, FinishedRunStatus, Reason } from "./status.ts";

/** What a run tells, in order. Times are milliseconds since the epoch. `job.log` is derived from the logs and not stored as a row. */
export type RunEvent = { readonly run: string; readonly ts: number } & (
  | { readonly type: "run.started"; readonly pipeline: string; readonly tree: string; readonly jobs: readonly string[] }
  | { readonly type: "job.queued"; readonly job: string }
  | { readonly type: "job.started"; readonly job: string; readonly attempt: number; readonly sandbox: string }
  | ({
      readonly type: "job.log";
      readonly job: string;
      readonly attempt: number;
      readonly stream: "stdout" | "stderr" /** A part of a line over 64 KiB, not its last. */;
      readonly partial?: true;
    } & LogText)
  | { readonly type: "job.cancelling"; readonly job: string; readonly because: Reason }
  | {
      readonly type: "job.finished";
      readonly job: string;
      readonly status: FinishedJobStatus;
      readonly exitCode: number | null;
      readonly durationMs: number;
      readonly reason?: Reason;
    }
  | { readonly type: "notice"; readonly code: string; readonly text: string; readonly job?: string; readonly hint?: string }
  | { readonly type: "run.finished"; readonly status: FinishedRunStatus; readonly durationMs: number }
);

/** A line without its line end; or its bytes in base64 where they are not UTF-8. */
export type LogText = { readonly line: string } | { readonly bytes: string };
export type RunEventType = RunEvent["type"];
