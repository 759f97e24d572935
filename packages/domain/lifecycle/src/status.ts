/** How a job ends. Exactly one of these, with a reason for all but `passed` and `cached`. */
export type FinishedJobStatus = "passed" | "failed" | "timed-out" | "crashed" | "cached" | "skipped" | "cancelled";
export type JobStatus = "pending" | "queued" | "running" | "cancelling" | FinishedJobStatus;

export type FinishedRunStatus = "passed" | "failed" | "timed-out" | "cancelled" | "crashed";
export type RunStatus = "queued" | "running" | FinishedRunStatus;

/** Why a job ended as it did. `text` is one sentence for a reader. */
export type Reason =
  | { readonly type: "exit"; readonly code: number; readonly text: string }
  | { readonly type: "signal"; readonly signal: string; readonly text: string }
  /** No exit code arrived (law 6: a failure). */
  | { readonly type: "lost"; readonly text: string }
  | { readonly type: "timeout"; readonly limit: number; readonly text: string }
  /** A law of the model or a declaration was broken (`code`: a stable error code). */
  | { readonly type: "violation"; readonly code: string; readonly text: string; readonly hint?: string }
  /** The surroundings failed. */
  | { readonly type: "error"; readonly code: string; readonly text: string; readonly hint?: string }
  /** Another job decided: fail-fast, or something this one needs did not pass. */
  | { readonly type: "job"; readonly job: string; readonly text: string }
  /** Not selected (`--only`, `--from`). */
  | { readonly type: "condition"; readonly text: string }
  /** The user, or the run's own limit. */
  | { readonly type: "interrupt"; readonly text: string }
  | { readonly type: "run-timeout"; readonly limit: number; readonly text: string }
  /** The owner is gone. */
  | { readonly type: "owner-gone"; readonly text: string };
