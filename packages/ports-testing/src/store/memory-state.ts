import type { KeyFields } from "@fresco/cache-keys";
import type { IR } from "@fresco/pipeline";
import {
  FrescoError,
  type Clock,
  type Directory,
  type Entry,
  type JobRecord,
  type LeftStep,
  type RunRecord,
  type StoredEvent,
} from "@fresco/ports";

/** A value that a fake may change in place. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface MemoryRun {
  readonly record: Mutable<RunRecord>;
  readonly ir: IR;
  readonly events: StoredEvent[];
  readonly jobs: Map<string, Mutable<JobRecord>>;
  /** What must be killed if the owner dies, by step. */
  readonly left: Map<string, LeftStep & { readonly sandbox: string }>;
}

export interface MemoryDirectory extends Directory {
  state: "reserved" | "complete" | "going";
  owner: string | undefined;
  /** What its completion mark says. */
  mark: string;
  bytes: number;
  note: string;
  lastUsedAt: number;
  readonly leases: Set<string>;
}

export interface MemoryOwner {
  readonly id: string;
  readonly directory: string;
  alive: boolean;
}

/** What the parts of a {@link MemoryStore} share. */
export interface MemoryState {
  readonly root: string;
  readonly clock: Pick<Clock, "now">;
  readonly owners: Map<string, MemoryOwner>;
  readonly runs: Map<string, MemoryRun>;
  readonly directories: Map<string, MemoryDirectory>;
  readonly entries: Map<string, Entry>;
  readonly fields: Map<string, KeyFields>;
  readonly claims: Map<string, { readonly owner: string; readonly since: number }>;
  lastId: number;
}

export function isGone(state: MemoryState, owner: string): boolean {
  return state.owners.get(owner)?.alive !== true;
}

export function nextId(state: MemoryState): string {
  state.lastId += 1;
  return state.lastId.toString(36);
}

/** Appends an event to its run and applies it. @throws FrescoError `store.unknown-run`. */
export function appendEvent(state: MemoryState, event: StoredEvent): void {
  const run = state.runs.get(event.run);
  if (run === undefined) throw new FrescoError("store.unknown-run", `The store has no run ${event.run}.`);
  run.events.push(event);
  const job = "job" in event && event.job !== undefined ? run.jobs.get(event.job) : undefined;
  switch (event.type) {
    case "run.started":
      run.record.status = "running";
      return;
    case "run.finished":
      run.record.status = event.status;
      run.record.finishedAt = event.ts;
      return;
    case "job.queued":
      if (job !== undefined) job.status = "queued";
      return;
    case "job.cancelling":
      if (job !== undefined) job.status = "cancelling";
      return;
    case "job.started":
      if (job !== undefined) Object.assign(job, { status: "running", attempt: event.attempt, startedAt: job.startedAt ?? event.ts });
      return;
    case "job.finished":
      run.left.delete(event.job);
      if (job !== undefined)
        Object.assign(job, {
          status: event.status,
          exitCode: event.exitCode ?? undefined,
          durationMs: event.durationMs,
          reason: event.reason,
        });
      return;
    case "notice":
  }
}
