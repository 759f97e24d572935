import { sql } from "kysely";
import { among, type Database } from "./database.ts";

/** What {@link SqliteOwners} asks and writes. */
export function ownerQueries(database: Database) {
  type NewRow = { id: string; pid: number; startTime: string; bootId: string; machineId: string; pidNamespace: string; startedAt: number };
  return {
    insert: database.query<NewRow>()((db, $) =>
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
    alive: database.query<{ id: string }>()((db, $) =>
      db.selectFrom("owners").select("id").where("id", "=", $("id")).where("gone_at", "is", null),
    ),
    gone: database.query<{ id: string; now: number }>()((db, $) =>
      db
        .updateTable("owners")
        .set({ gone_at: $("now") })
        .where("id", "=", $("id")),
    ),
    others: database.query<{ own: string }>()((db, $) =>
      db
        .selectFrom("owners")
        .select("id")
        .where("id", "not in", among($("own"))),
    ),
    remove: database.query<{ id: string }>()((db, $) => db.deleteFrom("owners").where("id", "=", $("id"))),
    unfinishedRuns: database.query<{ id: string }>()((db, $) =>
      db
        .selectFrom("runs")
        .select(["id", "status", "started_at as startedAt"])
        .where("owner", "=", $("id"))
        .where("status", "in", ["queued", "running"])
        .orderBy("id"),
    ),
    unfinishedJobs: database.query<{ run: string }>()((db, $) =>
      db
        .selectFrom("jobs")
        .select(["step", "status", "started_at as startedAt"])
        .where("run", "=", $("run"))
        .where("status", "in", ["pending", "queued", "running", "cancelling"])
        .orderBy("position"),
    ),
    remains: database.query<{ id: string }>()((db, $) =>
      db
        .selectFrom("attempts")
        .innerJoin("runs", "runs.id", "attempts.run")
        .select(["attempts.run", "attempts.step", sql<string>`coalesce(attempts.sandbox, '')`.as("sandbox"), "attempts.remains"])
        .where("runs.owner", "=", $("id"))
        .where("attempts.remains", "is not", null)
        .$narrowType<{ remains: string }>(),
    ),
    reserved: database.query<{ id: string }>()((db, $) =>
      db.selectFrom("directories").select(["id", "kind"]).where("owner", "=", $("id")).where("state", "=", "reserved").orderBy("id"),
    ),
    claims: database.query<{ id: string }>()((db, $) => db.selectFrom("claims").select("key").where("owner", "=", $("id")).orderBy("key")),
  };
}
