export type { LogText, RunEvent, RunEventType } from "./event.ts";
export {
  type CancellingJob,
  type FinishedJob,
  type IllegalTransition,
  type JobEvent,
  type JobState,
  type RunningJob,
  type SkipReason,
  transition,
  type WaitingJob,
} from "./job-state.ts";
export { type EndEvent, type LeftJob, type LeftRun, reconcile } from "./reconcile.ts";
export { type RunEnd, type RunState, type RunTransitionEvent, transitionRun } from "./run-state.ts";
export { exitCodeOf, type InterruptSignal, type JobEnd, runStatus, type RunStop } from "./run-status.ts";
export type { FinishedJobStatus, FinishedRunStatus, JobStatus, Reason, RunStatus } from "./status.ts";
export { DEFAULT_GRACE, requestStop, stoppedStatus, type StopDecision, type Stopping, type StopRequest } from "./stop.ts";
