import type { JobStatus } from "@fresco/lifecycle";
import type { StoredEvent } from "@fresco/ports";

/** A job of a run whose owner is gone. */
export interface UnfinishedJob {
  readonly step: string;
  readonly status: JobStatus;
  readonly startedAt: number | null;
}

const TEXT = "The process that executed the run is gone.";

/** The events that end a run whose owner is gone: one for each unfinished job, then the run's own. */
export function crashed(run: { readonly id: string; readonly startedAt: number }, jobs: readonly UnfinishedJob[], now: number): StoredEvent[] {
  const common = { run: run.id, ts: now } as const;
  const reason = { type: "owner-gone", text: TEXT } as const;
  return [
    ...jobs.map((job): StoredEvent => {
      const ran = job.status === "running" || job.status === "cancelling";
      const durationMs = ran && job.startedAt !== null ? Math.max(0, now - job.startedAt) : 0;
      return { ...common, type: "job.finished", job: job.step, status: ran ? "crashed" : "cancelled", exitCode: null, durationMs, reason };
    }),
    { ...common, type: "run.finished", status: "crashed", durationMs: Math.max(0, now - run.startedAt) },
  ];
}
