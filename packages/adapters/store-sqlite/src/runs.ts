import type { JobRecord, LeftStep, NewRun, RunRecord, RunStore, StoredEvent } from "@fresco/ports";
import type { IR } from "@fresco/pipeline";
import type { Database } from "./database.ts";
import type { EventLog } from "./event-log.ts";
import { newRunId } from "./ids.ts";
import { parseEvent, parseFields, parseIR, parseReason } from "./json-columns.ts";
import { runQueries } from "./run-queries.ts";

const LATEST = "@latest";
const RUN_ID = /^[0-9a-z]+$/;
/** How many candidates an ambiguous reference names. */
const CANDIDATES = 10;

export class SqliteRuns implements RunStore {
  readonly #database: Database;
  readonly #events: EventLog;
  readonly #queries: ReturnType<typeof runQueries>;

  constructor(database: Database, events: EventLog) {
    this.#database = database;
    this.#events = events;
    this.#queries = runQueries(database);
  }

  async create(run: NewRun): Promise<{ readonly id: string }> {
    const { owner, project, tree, startedAt } = run;
    // Its logs are found through it, so it must not be lost in a power cut that they survive.
    return this.#database.writeDurably(() => {
      let id = newRunId(startedAt);
      while (this.#queries.byId.first({ id }) !== undefined) id = newRunId(startedAt);
      this.#queries.insert.run({ id, owner, project, pipeline: run.ir.pipeline, tree, startedAt, ir: JSON.stringify(run.ir) });
      run.jobs.forEach(({ step, label }, position) => this.#queries.insertJob.run({ run: id, step, position, label: label ?? null }));
      return { id };
    });
  }

  async append(events: readonly StoredEvent[]): Promise<void> {
    this.#database.write(() => {
      for (const event of events) this.#events.append(event);
    });
  }

  async started(run: string, job: string, attempt: number, sandbox: string, left: LeftStep): Promise<void> {
    this.#database.write(() => this.#queries.started.run({ run, step: job, attempt, sandbox, remains: JSON.stringify(left) }));
  }

  async logged(run: string, job: string, attempt: number, log: string): Promise<void> {
    this.#database.write(() => {
      if (attempt > 0) this.#queries.attemptLog.run({ run, step: job, attempt, log });
      this.#queries.jobLog.run({ run, step: job, log });
    });
  }

  async list(filter: { readonly project?: string; readonly limit?: number } = {}): Promise<readonly RunRecord[]> {
    return this.#queries.list.all({ project: filter.project ?? null, limit: filter.limit ?? -1 }).map(record);
  }

  async find(reference: string, project?: string): ReturnType<RunStore["find"]> {
    const prefix = reference.toLowerCase();
    if (prefix !== LATEST && !RUN_ID.test(prefix)) return { type: "none" };
    const runs =
      prefix === LATEST
        ? this.#queries.list.all({ project: project ?? null, limit: 1 })
        : // "~" sorts behind every character of an id.
          this.#queries.byPrefix.all({ from: prefix, to: `${prefix}~`, limit: CANDIDATES });
    const [run] = runs;
    if (run === undefined) return { type: "none" };
    return runs.length === 1 ? { type: "found", run: record(run) } : { type: "ambiguous", ids: runs.map(({ id }) => id) };
  }

  async jobs(run: string): Promise<readonly JobRecord[]> {
    return this.#queries.jobs.all({ run }).map((row) => ({
      run: row.run,
      step: row.step,
      label: row.label ?? undefined,
      status: row.status,
      attempt: row.attempt,
      exitCode: row.exit_code ?? undefined,
      startedAt: row.started_at ?? undefined,
      durationMs: row.duration_ms ?? undefined,
      reason: row.reason === null ? undefined : parseReason(row.reason),
      log: row.log ?? undefined,
      key: row.key ?? undefined,
      fields: row.fields === null ? undefined : parseFields(row.fields),
    }));
  }

  async events(run: string): Promise<readonly (StoredEvent & { readonly seq: number })[]> {
    return this.#queries.events.all({ run }).map(({ seq, body }) => ({ ...parseEvent(body), seq }));
  }

  async ir(run: string): Promise<IR | undefined> {
    const row = this.#queries.ir.first({ id: run });
    return row === undefined ? undefined : parseIR(row.ir);
  }
}

type RunRow = NonNullable<ReturnType<ReturnType<typeof runQueries>["list"]["first"]>>;

function record({ id, project, pipeline, tree, status, owner, started_at, finished_at }: RunRow): RunRecord {
  return { id, project, pipeline, tree, status, owner: owner ?? undefined, startedAt: started_at, finishedAt: finished_at ?? undefined };
}
