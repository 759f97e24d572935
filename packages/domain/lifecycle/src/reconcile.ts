import type { RunEvent } from "./event.ts";
import type { FinishedJobStatus, JobStatus, Reason, RunStatus } from "./status.ts";

/** A run whose owner is gone, as the store has it. Times are milliseconds since the epoch. */
export interface LeftRun {
  readonly run: string;
  readonly status: RunStatus;
  readonly startedAt: number;
  readonly jobs: readonly LeftJob[];
}

export interface LeftJob {
  readonly job: string;
  readonly status: JobStatus;
  /** When its command started; `undefined` before. */
  readonly startedAt: number | undefined;
}

/** What reconciling adds to a run's log. */
export type EndEvent = Extract<RunEvent, { readonly type: "job.finished" | "run.finished" }>;

const GONE: Reason = { type: "owner-gone", text: "The process that ran it is gone." };

/**
 * The events that end a run whose owner is gone, each job and the run exactly once, in the order of the jobs: what was running or
 * was being cancelled has `crashed`; what had not begun is cancelled because the owner is gone; the run has `crashed`. A run that had
 * ended gets none. To be told once nothing of it runs any more.
 */
export function reconcile(left: LeftRun, now: number): EndEvent[] {
  if (left.status !== "queued" && left.status !== "running") return [];
  const jobs = left.jobs.flatMap((job) => endOf(job, left.run, now));
  return [...jobs, { type: "run.finished", run: left.run, ts: now, status: "crashed", durationMs: elapsed(left.startedAt, now) }];
}

function endOf(job: LeftJob, run: string, now: number): EndEvent[] {
  const end = (status: FinishedJobStatus): EndEvent[] => [
    { type: "job.finished", run, ts: now, job: job.job, status, exitCode: null, durationMs: elapsed(job.startedAt, now), reason: GONE },
  ];
  switch (job.status) {
    case "pending":
    case "queued":
      return end("cancelled");
    case "running":
    case "cancelling":
      return end("crashed");
    case "passed":
    case "failed":
    case "timed-out":
    case "crashed":
    case "cached":
    case "skipped":
    case "cancelled":
      return [];
  }
}

/** The clock may have been set back since. */
function elapsed(since: number | undefined, now: number): number {
  return since === undefined ? 0 : Math.max(0, now - since);
}
