import { sql, type Kysely } from "kysely";
import type { Database } from "./database.ts";
import type { Tables } from "./tables.ts";

/** What {@link SqliteRuns} asks and writes. */
export function runQueries(database: Database) {
  return {
    byId: database.query<{ id: string }>()((db, $) => db.selectFrom("runs").select("id").where("id", "=", $("id"))),
    insert: database.query<{ id: string; owner: string; project: string; pipeline: string; tree: string; startedAt: number; ir: string }>()(
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
    insertJob: database.query<{ run: string; step: string; position: number; label: string | null }>()((db, $) =>
      db
        .insertInto("jobs")
        .values({ run: $("run"), step: $("step"), position: $("position"), label: $("label"), status: "pending", attempt: 0 }),
    ),
    started: database.query<{ run: string; step: string; attempt: number; sandbox: string; remains: string }>()((db, $) =>
      db
        .insertInto("attempts")
        .values({ run: $("run"), step: $("step"), attempt: $("attempt"), sandbox: $("sandbox"), remains: $("remains") })
        .onConflict((conflict) => conflict.doUpdateSet({ sandbox: $("sandbox"), remains: $("remains") })),
    ),
    attemptLog: database.query<{ run: string; step: string; attempt: number; log: string }>()((db, $) =>
      db
        .insertInto("attempts")
        .values({ run: $("run"), step: $("step"), attempt: $("attempt"), log: $("log") })
        .onConflict((conflict) => conflict.doUpdateSet({ log: $("log") })),
    ),
    jobLog: database.query<{ run: string; step: string; log: string }>()((db, $) =>
      db
        .updateTable("jobs")
        .set({ log: $("log") })
        .where("run", "=", $("run"))
        .where("step", "=", $("step")),
    ),
    list: database.query<{ project: string | null; limit: number }>()((db, $) =>
      records(db)
        .where(sql<boolean>`(${$("project")} IS NULL OR project = ${$("project")})`)
        .orderBy("started_at", "desc")
        .orderBy("id", "desc")
        .limit($("limit")),
    ),
    byPrefix: database.query<{ from: string; to: string; limit: number }>()((db, $) =>
      records(db).where("id", ">=", $("from")).where("id", "<", $("to")).orderBy("id").limit($("limit")),
    ),
    jobs: database.query<{ run: string }>()((db, $) =>
      db
        .selectFrom("jobs")
        .leftJoin("key_fields", "key_fields.key", "jobs.key")
        .selectAll("jobs")
        .select("key_fields.fields")
        .where("run", "=", $("run"))
        .orderBy("position"),
    ),
    events: database.query<{ run: string }>()((db, $) =>
      db.selectFrom("events").select(["seq", "body"]).where("run", "=", $("run")).orderBy("seq"),
    ),
    ir: database.query<{ id: string }>()((db, $) => db.selectFrom("runs").select("ir").where("id", "=", $("id"))),
  };
}

function records(db: Kysely<Tables>) {
  return db.selectFrom("runs").select(["id", "project", "pipeline", "tree", "status", "owner", "started_at", "finished_at"]);
}
