import type { FinishedJobStatus, FinishedRunStatus, Reason } from "./status.ts";

/** How a job ended, as far as its run's status depends on it. */
export interface JobEnd {
  readonly status: FinishedJobStatus;
  readonly reason?: Reason;
}

/** What ended a run before its jobs did: the first of an interrupt (or `cancel`) and the run's own time limit. */
export type RunStop = Extract<Reason, { readonly type: "interrupt" | "run-timeout" }>;

/**
 * The run's status once every job has ended. `stopped`: what ended it early, if anything; siblings that fail-fast stopped do not make a
 * run `cancelled`. Law 6: whatever is not known to have passed, or to have been left out on purpose, has failed.
 */
export function runStatus(jobs: Iterable<JobEnd>, stopped?: RunStop): FinishedRunStatus {
  if (stopped !== undefined) return stopped.type === "interrupt" ? "cancelled" : "timed-out";
  for (const job of jobs) if (!succeeded(job)) return "failed";
  return "passed";
}

function succeeded({ status, reason }: JobEnd): boolean {
  return status === "passed" || status === "cached" || (status === "skipped" && reason?.type === "condition");
}

/** The signals that interrupt a command. */
export type InterruptSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

const INTERRUPTED: Readonly<Record<InterruptSignal, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/** The exit code of a command whose run ended so. `signal`: what interrupted it, where it was a signal. @default "SIGINT" */
export function exitCodeOf(status: FinishedRunStatus, signal: InterruptSignal = "SIGINT"): number {
  switch (status) {
    case "passed":
      return 0;
    case "failed":
      return 1;
    case "timed-out":
      return 124;
    case "crashed":
      return 125;
    case "cancelled":
      return INTERRUPTED[signal];
  }
}
