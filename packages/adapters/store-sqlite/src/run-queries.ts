import { sql, type Kysely } from "kysely";
import type { Database } from "./database.ts";
import { query } from "./query-builder.ts";
import type { Tables } from "./tables.ts";

/** What {@link SqliteRuns} asks and writes. */
export function runQueries(database: Database) {
  return {
    byId: query<{ id: string }>(database)((db, $) => db.selectFrom("runs").select("id").where("id", "=", $("id"))),
    insert: query<{ id: string; owner: string; project: string; pipeline: string; tree: string; startedAt: number; ir: string }>(database)(
      (db, $) =>
        db.insertInto("runs").values({
          id: $("id"),
          owner: $("owner"),
          project: $("project"),
          pipeline: $("pipeline"),
          tree: $("tree"),
          status: "queued",
          started_at: $("startedAt"),
          ir: $("ir"),
          events: 0,
        }),
    ),
    insertJob: query<{ run: string; step: string; position: number; label: string | null }>(database)((db, $) =>
      db
        .insertInto("jobs")
        .values({ run: $("run"), step: $("step"), position: $("position"), label: $("label"), status: "pending", attempt: 0 }),
    ),
    started: query<{ run: string; step: string; attempt: number; sandbox: string; remains: string }>(database)((db, $) =>
      db
        .insertInto("attempts")
        .values({ run: $("run"), step: $("step"), attempt: $("attempt"), sandbox: $("sandbox"), remains: $("remains") })
        .onConflict((conflict) => conflict.doUpdateSet({ sandbox: $("sandbox"), remains: $("remains") })),
    ),
    attemptLog: query<{ run: string; step: string; attempt: number; log: string }>(database)((db, $) =>
      db
        .insertInto("attempts")
        .values({ run: $("run"), step: $("step"), attempt: $("attempt"), log: $("log") })
        .onConflict((conflict) => conflict.doUpdateSet({ log: $("log") })),
    ),
    jobLog: query<{ run: string; step: string; log: string }>(database)((db, $) =>
      db
        .updateTable("jobs")
        .set({ log: $("log") })
        .where("run", "=", $("run"))
        .where("step", "=", $("step")),
    ),
    list: query<{ project: string | null; limit: number }>(database)((db, $) =>
      records(db)
        .where(sql<boolean>`(${$("project")} IS NULL OR project = ${$("project")})`)
        .orderBy("started_at", "desc")
        .orderBy("id", "desc")
        .limit($("limit")),
    ),
    byPrefix: query<{ from: string; to: string; limit: number }>(database)((db, $) =>
      records(db).where("id", ">=", $("from")).where("id", "<", $("to")).orderBy("id").limit($("limit")),
    ),
    jobs: query<{ run: string }>(database)((db, $) =>
      db
        .selectFrom("jobs")
        .leftJoin("key_fields", "key_fields.key", "jobs.key")
        .selectAll("jobs")
        .select("key_fields.fields")
        .where("run", "=", $("run"))
        .orderBy("position"),
    ),
    events: query<{ run: string }>(database)((db, $) =>
      db.selectFrom("events").select(["seq", "body"]).where("run", "=", $("run")).orderBy("seq"),
    ),
    ir: query<{ id: string }>(database)((db, $) => db.selectFrom("runs").select("ir").where("id", "=", $("id"))),
  };
}

function records(db: Kysely<Tables>) {
  return db.selectFrom("runs").select(["id", "project", "pipeline", "tree", "status", "owner", "started_at", "finished_at"]);
}
