import type { Reason } from "./status.ts";

/** Milliseconds between TERM and KILL for a step that names none. */
export const DEFAULT_GRACE = 10_000;

/** A job that was told to stop. */
export interface Stopping {
  /** The first cause, which is the one that is told. */
  readonly because: Reason;
  /** When it is killed, in milliseconds since the epoch, if it has not gone by then. */
  readonly killAt: number;
}

export interface StopRequest {
  readonly because: Reason;
  /** Do not wait for the grace: the second interrupt. */
  readonly insist: boolean;
  /** Milliseconds. */
  readonly grace: number;
  /** Now, in milliseconds since the epoch. */
  readonly at: number;
}

export interface StopDecision {
  readonly stopping: Stopping;
  /** What to send now; `undefined`: nothing, it has been sent already. */
  readonly signal: "TERM" | "KILL" | undefined;
}

/**
 * What a request to stop means for a running job. The first sends TERM and leaves the grace; an insistent one sends KILL at once, each
 * time; any other afterwards changes nothing.
 */
export function requestStop(stopping: Stopping | undefined, { because, insist, grace, at }: StopRequest): StopDecision {
  if (insist) return { stopping: { because: stopping?.because ?? because, killAt: at }, signal: "KILL" };
  if (stopping !== undefined) return { stopping, signal: undefined };
  return { stopping: { because, killAt: at + grace }, signal: "TERM" };
}

/** How a job that ended after it was told to stop has ended. */
export function stoppedStatus({ because }: Stopping): "timed-out" | "cancelled" {
  return because.type === "timeout" ? "timed-out" : "cancelled";
}
