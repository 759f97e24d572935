import { FrescoError, type StoredEvent } from "@fresco/ports";
import type { Database } from "./database.ts";
import { eventQueries } from "./event-queries.ts";

/** Appends events and brings the rows of runs, jobs and attempts to what they say. Inside a transaction. */
export class EventLog {
  readonly #queries: ReturnType<typeof eventQueries>;

  constructor(database: Database) {
    this.#queries = eventQueries(database);
  }

  /** @throws FrescoError `store.unknown-run`. */
  append(event: StoredEvent): void {
    const { run, ts, type } = event;
    const row = this.#queries.number.first({ run });
    if (row === undefined) throw new FrescoError("store.unknown-run", `The store has no run ${run}.`);
    this.#queries.insert.run({ run, seq: row.events - 1, ts, type, body: JSON.stringify(event) });
    this.#apply(event);
  }

  #apply(event: StoredEvent): void {
    const { run, ts } = event;
    switch (event.type) {
      case "run.started":
        this.#queries.runStatus.run({ run, status: "running", finishedAt: null });
        return;
      case "run.finished":
        this.#queries.runStatus.run({ run, status: event.status, finishedAt: ts });
        return;
      case "job.queued":
        this.#queries.jobStatus.run({ run, step: event.job, status: "queued" });
        return;
      case "job.cancelling":
        this.#queries.jobStatus.run({ run, step: event.job, status: "cancelling" });
        return;
      case "job.started":
        this.#queries.jobStarted.run({ run, step: event.job, attempt: event.attempt, ts });
        this.#queries.attemptStarted.run({ run, step: event.job, attempt: event.attempt, sandbox: event.sandbox, ts });
        return;
      case "job.finished": {
        const { job: step, status, exitCode, durationMs } = event;
        const reason = event.reason === undefined ? null : JSON.stringify(event.reason);
        this.#queries.jobFinished.run({ run, step, status, exitCode, durationMs, reason });
        this.#queries.attemptsFinished.run({ run, step, ts });
        return;
      }
      case "notice":
        return;
      default:
        return unreachable(event);
    }
  }
}

function unreachable(event: never): never {
  throw new TypeError(`not an event that is stored: ${JSON.stringify(event)}`);
}
