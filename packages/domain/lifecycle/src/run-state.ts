import type { RunEvent } from "./event.ts";
import type { FinishedRunStatus } from "./status.ts";

/** A run's life. Durations and times are milliseconds, times since the epoch. */
export type RunState = { readonly status: "queued" } | { readonly status: "running"; readonly startedAt: number } | RunEnd;

export interface RunEnd {
  readonly status: FinishedRunStatus;
  readonly durationMs: number;
}

/** The events that move a run. */
export type RunTransitionEvent = Extract<RunEvent, { readonly type: "run.started" | "run.finished" }>;

/**
 * The run's state after an event; `"illegal"` when the event cannot be true. A run that has not begun can only be cancelled, or lose its owner.
 *
 * ```
 * queued → running → passed | failed | timed-out | cancelled | crashed
 *        └→ cancelled | crashed
 * ```
 */
export function transitionRun(state: RunState, event: RunTransitionEvent): RunState | "illegal" {
  switch (state.status) {
    case "queued":
      if (event.type === "run.started") return { status: "running", startedAt: event.ts };
      return event.status === "cancelled" || event.status === "crashed" ? ended(event) : "illegal";
    case "running":
      return event.type === "run.finished" ? ended(event) : "illegal";
    case "passed":
    case "failed":
    case "timed-out":
    case "cancelled":
    case "crashed":
      return "illegal";
  }
}

function ended({ status, durationMs }: Extract<RunTransitionEvent, { readonly type: "run.finished" }>): RunEnd {
  return { status, durationMs };
}
