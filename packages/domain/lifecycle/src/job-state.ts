import type { RunEvent } from "./event.ts";
import type { Reason } from "./status.ts";

/** A job's life. Each state holds exactly what is known in it. Durations and times are milliseconds, times since the epoch. */
export type JobState = WaitingJob | RunningJob | CancellingJob | FinishedJob;

/** `pending`: something it needs has not ended. `queued`: it is looked up, or waits for its turn. */
export type WaitingJob = { readonly status: "pending" } | { readonly status: "queued" };

export interface RunningJob {
  readonly status: "running";
  readonly attempt: number;
  readonly sandbox: string;
  readonly startedAt: number;
}

export interface CancellingJob {
  readonly status: "cancelling";
  readonly attempt: number;
  readonly sandbox: string;
  readonly startedAt: number;
  readonly because: Reason;
}

export type FinishedJob =
  | { readonly status: "passed" | "cached"; readonly exitCode: 0; readonly durationMs: number }
  | {
      readonly status: "failed" | "timed-out" | "crashed" | "cancelled";
      readonly exitCode: number | null;
      readonly durationMs: number;
      readonly reason: Reason;
    }
  | { readonly status: "skipped"; readonly reason: SkipReason };

/** Why a job was passed over: another one that it needs did not pass, or it was not selected. */
export type SkipReason = Extract<Reason, { readonly type: "job" | "condition" }>;

/** The events that move a job. */
export type JobEvent = Extract<RunEvent, { readonly type: "job.queued" | "job.started" | "job.cancelling" | "job.finished" }>;

/** An event that the job's state does not allow. Nothing changed. */
export interface IllegalTransition {
  readonly status: "illegal";
  readonly from: JobState["status"];
  readonly event: JobEvent["type"];
  /** One sentence. */
  readonly text: string;
}

/**
 * The job's state after an event, or why the event cannot be true. A finished job takes no further event.
 *
 * ```
 * pending → queued → running → passed | failed | timed-out | crashed
 *                  ├→ cached                       (a hit)
 *                  ├→ failed                       (a hit that would hide source, or a look-up in broken surroundings)
 *                    running → cancelling → cancelled {because} | timed-out
 *                              cancelling → crashed              (its owner is gone)
 *                              cancelling → failed               (its surroundings broke)
 * pending | queued → skipped {because: job | condition} | cancelled {because}
 * ```
 */
export function transition(state: JobState, event: JobEvent): JobState | IllegalTransition {
  switch (state.status) {
    case "pending":
      if (event.type === "job.queued") return { status: "queued" };
      return event.type === "job.finished" ? passedOver(state, event) : illegal(state, event);
    case "queued":
      if (event.type === "job.started") return { status: "running", attempt: event.attempt, sandbox: event.sandbox, startedAt: event.ts };
      return event.type === "job.finished" ? lookedUp(state, event) : illegal(state, event);
    case "running":
      if (event.type === "job.cancelling") return { ...state, status: "cancelling", because: event.because };
      return event.type === "job.finished" ? ran(state, event) : illegal(state, event);
    case "cancelling":
      return event.type === "job.finished" ? stopped(state, event) : illegal(state, event);
    case "passed":
    case "failed":
    case "timed-out":
    case "crashed":
    case "cached":
    case "skipped":
    case "cancelled":
      return illegal(state, event);
  }
}

type Finish = Extract<JobEvent, { readonly type: "job.finished" }>;

/** Ended without having been looked up. */
function passedOver(state: WaitingJob, event: Finish): FinishedJob | IllegalTransition {
  const { status, exitCode, durationMs, reason } = event;
  if (reason === undefined) return illegal(state, event);
  if (status === "cancelled") return { status, exitCode, durationMs, reason };
  return status === "skipped" && (reason.type === "job" || reason.type === "condition") ? { status, reason } : illegal(state, event);
}

/** Ended by its look-up, or passed over meanwhile. */
function lookedUp(state: WaitingJob, event: Finish): FinishedJob | IllegalTransition {
  const { status, exitCode, durationMs, reason } = event;
  if (status === "cached") return succeeded(state, event);
  if (status !== "failed") return passedOver(state, event);
  return reason?.type === "violation" || reason?.type === "error" ? { status, exitCode, durationMs, reason } : illegal(state, event);
}

function ran(state: RunningJob, event: Finish): FinishedJob | IllegalTransition {
  const { status, exitCode, durationMs, reason } = event;
  switch (status) {
    case "passed":
      return succeeded(state, event);
    case "failed":
    case "timed-out":
    case "crashed":
      return reason === undefined ? illegal(state, event) : { status, exitCode, durationMs, reason };
    case "cached":
    case "skipped":
    case "cancelled":
      return illegal(state, event);
  }
}

/** Law 6: without exit code 0 nothing has succeeded. */
function succeeded(state: JobState, event: Finish): FinishedJob | IllegalTransition {
  const { status, exitCode, durationMs } = event;
  return exitCode === 0 && (status === "passed" || status === "cached") ? { status, exitCode, durationMs } : illegal(state, event);
}

/** The first cause stays the reason, unless nobody saw the job stop: its owner is gone, or its surroundings broke. */
function stopped(state: CancellingJob, event: Finish): FinishedJob | IllegalTransition {
  const { status, exitCode, durationMs, reason } = event;
  if (status === "crashed" && reason?.type === "owner-gone") return { status, exitCode, durationMs, reason };
  if (status === "failed" && reason?.type === "error") return { status, exitCode, durationMs, reason };
  const told = state.because.type === "timeout" ? "timed-out" : "cancelled";
  return status === told ? { status, exitCode, durationMs, reason: state.because } : illegal(state, event);
}

function illegal(state: JobState, event: JobEvent): IllegalTransition {
  const what =
    event.type === "job.finished"
      ? `finished as ${event.status} (exit code ${event.exitCode}, ${event.reason?.type ?? "no"} reason)`
      : event.type;
  return { status: "illegal", from: state.status, event: event.type, text: `A job that is ${state.status} cannot take the event ${what}.` };
}
