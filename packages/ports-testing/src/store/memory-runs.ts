import type { IR } from "@fresco/pipeline";
import { FrescoError, type JobRecord, type LeftStep, type NewRun, type RunRecord, type RunStore, type StoredEvent } from "@fresco/ports";
import { appendEvent, type MemoryRun, type MemoryState, type Mutable } from "./memory-state.ts";

export class MemoryRuns implements RunStore {
  readonly #state: MemoryState;

  constructor(state: MemoryState) {
    this.#state = state;
  }

  async create({ owner, project, tree, ir, startedAt, jobs }: NewRun): Promise<{ readonly id: string }> {
    const id = (this.#state.runs.size + 1).toString(32).padStart(10, "0");
    const record = { id, project, pipeline: ir.pipeline, tree, status: "queued" as const, owner, startedAt, finishedAt: undefined };
    this.#state.runs.set(id, {
      record,
      ir,
      events: [],
      jobs: new Map(jobs.map(({ step, label }) => [step, pending(id, step, label)])),
      left: new Map(),
    });
    return { id };
  }

  async append(events: readonly StoredEvent[]): Promise<void> {
    for (const { run } of events) this.#run(run);
    for (const event of events) appendEvent(this.#state, event);
  }

  async started(run: string, job: string, _attempt: number, sandbox: string, left: LeftStep): Promise<void> {
    this.#run(run).left.set(job, { ...left, sandbox });
  }

  async logged(run: string, job: string, _attempt: number, log: string): Promise<void> {
    const record = this.#run(run).jobs.get(job);
    if (record !== undefined) record.log = log;
  }

  async list({ project, limit }: { readonly project?: string; readonly limit?: number } = {}): Promise<readonly RunRecord[]> {
    const runs = [...this.#state.runs.values()].map(({ record }) => ({ ...record })).reverse();
    return runs
      .sort((a, b) => b.startedAt - a.startedAt)
      .filter((run) => project === undefined || run.project === project)
      .slice(0, limit);
  }

  async find(reference: string, project?: string): ReturnType<RunStore["find"]> {
    const latest = reference === "@latest";
    const runs = await this.list(latest && project !== undefined ? { project } : {});
    const found = latest ? runs.slice(0, 1) : runs.filter(({ id }) => reference !== "" && id.startsWith(reference.toLowerCase()));
    const [run] = found;
    if (run === undefined) return { type: "none" };
    return found.length === 1 ? { type: "found", run } : { type: "ambiguous", ids: found.map(({ id }) => id).sort() };
  }

  async jobs(run: string): Promise<readonly JobRecord[]> {
    const jobs = [...(this.#state.runs.get(run)?.jobs.values() ?? [])];
    return jobs.map((job) => ({ ...job, fields: job.key === undefined ? undefined : this.#state.fields.get(job.key) }));
  }

  async events(run: string): Promise<readonly (StoredEvent & { readonly seq: number })[]> {
    return (this.#state.runs.get(run)?.events ?? []).map((event, seq) => ({ ...event, seq }));
  }

  async ir(run: string): Promise<IR | undefined> {
    return this.#state.runs.get(run)?.ir;
  }

  #run(id: string): MemoryRun {
    const run = this.#state.runs.get(id);
    if (run === undefined) throw new FrescoError("store.unknown-run", `The store has no run ${id}.`);
    return run;
  }
}

function pending(run: string, step: string, label: string | undefined): Mutable<JobRecord> {
  const unknown = {
    exitCode: undefined,
    startedAt: undefined,
    durationMs: undefined,
    reason: undefined,
    log: undefined,
    key: undefined,
    fields: undefined,
  };
  return { run, step, label, status: "pending", attempt: 0, ...unknown };
}
