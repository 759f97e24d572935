import { sql } from "kysely";
import type { Database } from "./database.ts";
import { query } from "./query-builder.ts";

/** What {@link EventLog} writes. */
export function eventQueries(database: Database) {
  type JobStatus = "queued" | "cancelling" | "passed" | "failed" | "timed-out" | "crashed" | "cached" | "skipped" | "cancelled";
  type RunStatus = "running" | "passed" | "failed" | "timed-out" | "cancelled" | "crashed";
  return {
    number: query<{ run: string }>(database)((db, $) =>
      db.updateTable("runs").set({ events: sql<number>`events + 1` }).where("id", "=", $("run")).returning("events"),
    ),
    insert: query<{ run: string; seq: number; ts: number; type: string; body: string }>(database)((db, $) =>
      db.insertInto("events").values({ run: $("run"), seq: $("seq"), ts: $("ts"), type: $("type"), body: $("body") }),
    ),
    runStatus: query<{ run: string; status: RunStatus; finishedAt: number | null }>(database)((db, $) =>
      db
        .updateTable("runs")
        .set({ status: $("status"), finished_at: $("finishedAt") })
        .where("id", "=", $("run")),
    ),
    jobStatus: query<{ run: string; step: string; status: JobStatus }>(database)((db, $) =>
      db
        .updateTable("jobs")
        .set({ status: $("status") })
        .where("run", "=", $("run"))
        .where("step", "=", $("step")),
    ),
    jobStarted: query<{ run: string; step: string; attempt: number; ts: number }>(database)((db, $) =>
      db
        .updateTable("jobs")
        .set({ status: "running", attempt: $("attempt"), started_at: sql<number>`coalesce(started_at, ${$("ts")})` })
        .where("run", "=", $("run"))
        .where("step", "=", $("step")),
    ),
    attemptStarted: query<{ run: string; step: string; attempt: number; sandbox: string; ts: number }>(database)((db, $) =>
      db
        .insertInto("attempts")
        .values({ run: $("run"), step: $("step"), attempt: $("attempt"), sandbox: $("sandbox"), started_at: $("ts") })
        .onConflict((conflict) => conflict.doUpdateSet({ sandbox: $("sandbox"), started_at: $("ts") })),
    ),
    jobFinished: query<{
      run: string;
      step: string;
      status: JobStatus;
      exitCode: number | null;
      durationMs: number;
      reason: string | null;
    }>(database)((db, $) =>
      db
        .updateTable("jobs")
        .set({ status: $("status"), exit_code: $("exitCode"), duration_ms: $("durationMs"), reason: $("reason") })
        .where("run", "=", $("run"))
        .where("step", "=", $("step")),
    ),
    attemptsFinished: query<{ run: string; step: string; ts: number }>(database)((db, $) =>
      db
        .updateTable("attempts")
        .set({ finished_at: sql<number>`coalesce(finished_at, ${$("ts")})`, remains: null })
        .where("run", "=", $("run"))
        .where("step", "=", $("step")),
    ),
  };
}
