import { sql } from "kysely";
import type { Database } from "./database.ts";
import { among, query } from "./query-builder.ts";

/** What {@link SqliteOwners} asks and writes. */
export function ownerQueries(database: Database) {
  type NewRow = { id: string; pid: number; startTime: string; bootId: string; machineId: string; pidNamespace: string; startedAt: number };
  return {
    insert: query<NewRow>(database)((db, $) =>
      db.insertInto("owners").values({
        id: $("id"),
        pid: $("pid"),
        start_time: $("startTime"),
        boot_id: $("bootId"),
        machine_id: $("machineId"),
        pid_namespace: $("pidNamespace"),
        started_at: $("startedAt"),
      }),
    ),
    alive: query<{ id: string }>(database)((db, $) =>
      db.selectFrom("owners").select("id").where("id", "=", $("id")).where("gone_at", "is", null),
    ),
    gone: query<{ id: string; now: number }>(database)((db, $) =>
      db
        .updateTable("owners")
        .set({ gone_at: $("now") })
        .where("id", "=", $("id")),
    ),
    others: query<{ own: string }>(database)((db, $) =>
      db
        .selectFrom("owners")
        .select("id")
        .where("id", "not in", among($("own"))),
    ),
    remove: query<{ id: string }>(database)((db, $) => db.deleteFrom("owners").where("id", "=", $("id"))),
    unfinishedRuns: query<{ id: string }>(database)((db, $) =>
      db
        .selectFrom("runs")
        .select(["id", "status", "started_at as startedAt"])
        .where("owner", "=", $("id"))
        .where("status", "in", ["queued", "running"])
        .orderBy("id"),
    ),
    unfinishedJobs: query<{ run: string }>(database)((db, $) =>
      db
        .selectFrom("jobs")
        .select(["step", "status", "started_at as startedAt"])
        .where("run", "=", $("run"))
        .where("status", "in", ["pending", "queued", "running", "cancelling"])
        .orderBy("position"),
    ),
    remains: query<{ id: string }>(database)((db, $) =>
      db
        .selectFrom("attempts")
        .innerJoin("runs", "runs.id", "attempts.run")
        .select(["attempts.run", "attempts.step", sql<string>`coalesce(attempts.sandbox, '')`.as("sandbox"), "attempts.remains"])
        .where("runs.owner", "=", $("id"))
        .where("attempts.remains", "is not", null)
        .$narrowType<{ remains: string }>(),
    ),
    reserved: query<{ id: string }>(database)((db, $) =>
      db.selectFrom("directories").select(["id", "kind"]).where("owner", "=", $("id")).where("state", "=", "reserved").orderBy("id"),
    ),
    claims: query<{ id: string }>(database)((db, $) => db.selectFrom("claims").select("key").where("owner", "=", $("id")).orderBy("key")),
  };
}
