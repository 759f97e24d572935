import type { FinishedJobStatus, FinishedRunStatus, Reason } from "@fresco/lifecycle";
import type { Selection } from "./selection.ts";

export interface StartOptions {
  /** How many jobs execute at the same time; at least 1. */
  readonly parallel: number;
  /** Go on with what does not need the failed job. @default false */
  readonly keepGoing?: boolean;
  /** @default all steps */
  readonly selection?: Selection;
  /** Milliseconds for the whole run. @default the pipeline's */
  readonly timeout?: number;
  /** When the run starts, in milliseconds; times of events are on the same clock. @default 0 */
  readonly at?: number;
}

/** What has happened. `at`: milliseconds. */
export type PlannerEvent =
  /** The look-up found nothing: the job is to be executed. */
  | { readonly type: "job.missed"; readonly job: string; readonly at: number }
  /** Its command runs now: from here on its time limit counts. Whoever holds steps to their limits elsewhere leaves this out. */
  | { readonly type: "job.started"; readonly job: string; readonly at: number }
  | { readonly type: "job.finished"; readonly job: string; readonly status: FinishedJobStatus; readonly at: number }
  /** The user wants it to stop; `insist`: at once. */
  | { readonly type: "run.interrupted"; readonly insist: boolean; readonly at: number }
  /** The time that a `wake` command named has come. One too many, or one too early, does no harm. */
  | { readonly type: "woken"; readonly at: number };

/** What is to be done now, in this order. */
export type Command =
  /** Everything that the job needs is there: look it up. Look-ups take no slot. `read`: false where it executes whatever the cache holds. Answer: `job.missed` or `job.finished`. */
  | { readonly type: "look-up"; readonly job: string; readonly read: boolean }
  /** Execute it; it holds one of the slots until `job.finished`. */
  | { readonly type: "execute"; readonly job: string }
  /** Stop it; `job.finished` is still to come. `because` is the first cause, also when it is repeated with `insist` because the user insists. */
  | { readonly type: "cancel"; readonly job: string; readonly because: Reason; readonly insist: boolean }
  /** It ends here without having run; no answer. */
  | { readonly type: "conclude"; readonly job: string; readonly status: "skipped" | "cancelled"; readonly because: Reason }
  /** Send `woken` at this time, in milliseconds, in place of any time named before. */
  | { readonly type: "wake"; readonly at: number }
  /** All jobs have ended. Always the last one. */
  | { readonly type: "finish"; readonly status: FinishedRunStatus };
