import { FrescoError, type StoredEvent } from "@fresco/ports";
import { sql } from "kysely";
import type { Database } from "./database.ts";

/** Appends events and brings the rows of runs, jobs and attempts to what they say. Inside a transaction. */
export class EventLog {
  readonly #queries: ReturnType<typeof queries>;

  constructor(database: Database) {
    this.#queries = queries(database);
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

function queries(database: Database) {
  type JobStatus = "queued" | "cancelling" | "passed" | "failed" | "timed-out" | "crashed" | "cached" | "skipped" | "cancelled";
  type RunStatus = "running" | "passed" | "failed" | "timed-out" | "cancelled" | "crashed";
  return {
    number: database.query<{ run: string }>()((db, $) =>
      db.updateTable("runs").set({ events: sql<number>`events + 1` }).where("id", "=", $("run")).returning("events"),
    ),
    insert: database.query<{ run: string; seq: number; ts: number; type: string; body: string }>()((db, $) =>
      db.insertInto("events").values({ run: $("run"), seq: $("seq"), ts: $("ts"), type: $("type"), body: $("body") }),
    ),
    runStatus: database.query<{ run: string; status: RunStatus; finishedAt: number | null }>()((db, $) =>
      db
        .updateTable("runs")
        .set({ status: $("status"), finished_at: $("finishedAt") })
        .where("id", "=", $("run")),
    ),
    jobStatus: database.query<{ run: string; step: string; status: JobStatus }>()((db, $) =>
      db
        .updateTable("jobs")
        .set({ status: $("status") })
        .where("run", "=", $("run"))
        .where("step", "=", $("step")),
    ),
    jobStarted: database.query<{ run: string; step: string; attempt: number; ts: number }>()((db, $) =>
      db
        .updateTable("jobs")
        .set({ status: "running", attempt: $("attempt"), started_at: sql<number>`coalesce(started_at, ${$("ts")})` })
        .where("run", "=", $("run"))
        .where("step", "=", $("step")),
    ),
    attemptStarted: database.query<{ run: string; step: string; attempt: number; sandbox: string; ts: number }>()((db, $) =>
      db
        .insertInto("attempts")
        .values({ run: $("run"), step: $("step"), attempt: $("attempt"), sandbox: $("sandbox"), started_at: $("ts") })
        .onConflict((conflict) => conflict.doUpdateSet({ sandbox: $("sandbox"), started_at: $("ts") })),
    ),
    jobFinished: database.query<{
      run: string;
      step: string;
      status: JobStatus;
      exitCode: number | null;
      durationMs: number;
      reason: string | null;
    }>()((db, $) =>
      db
        .updateTable("jobs")
        .set({ status: $("status"), exit_code: $("exitCode"), duration_ms: $("durationMs"), reason: $("reason") })
        .where("run", "=", $("run"))
        .where("step", "=", $("step")),
    ),
    attemptsFinished: database.query<{ run: string; step: string; ts: number }>()((db, $) =>
      db
        .updateTable("attempts")
        .set({ finished_at: sql<number>`coalesce(finished_at, ${$("ts")})`, remains: null })
        .where("run", "=", $("run"))
        .where("step", "=", $("step")),
    ),
  };
}
