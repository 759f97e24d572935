import type { InferResult } from "kysely";
import { sql, type Kysely } from "kysely";
import type { Database } from "./database.ts";
import { leaseQueries } from "./lease-queries.ts";
import { among, query } from "./query-builder.ts";
import type { Tables } from "./tables.ts";

export type EntryRow = InferResult<ReturnType<typeof rows>>[number];

/** What {@link SqliteEntries} asks and writes. */
export function entryQueries(database: Database) {
  return { ...entryRows(database), ...layerRows(database), ...claimRows(database), ...keyRows(database) };
}

function entryRows(database: Database) {
  type NewRow = {
    key: string;
    project: string;
    pipeline: string;
    step: string;
    run: string;
    createdAt: number;
    durationMs: number;
    log: string;
    system: string | null;
    workspace: string | null;
  };
  return {
    ...leaseQueries(database),
    byKey: query<{ key: string }>(database)((db, $) => rows(db).select(incomplete.as("incomplete")).where("entries.key", "=", $("key"))),
    latest: query<{ project: string; pipeline: string; step: string }>(database)((db, $) =>
      withFields(db)
        .where("project", "=", $("project"))
        .where("pipeline", "=", $("pipeline"))
        .where("step", "=", $("step"))
        .orderBy("created_at", "desc")
        .limit(1),
    ),
    list: query<Record<never, never>>(database)((db) => withFields(db).orderBy("created_at", "desc").orderBy("entries.key")),
    insert: query<NewRow>(database)((db, $) =>
      db
        .insertInto("entries")
        .values({
          key: $("key"),
          project: $("project"),
          pipeline: $("pipeline"),
          step: $("step"),
          run: $("run"),
          created_at: $("createdAt"),
          duration_ms: $("durationMs"),
          log: $("log"),
          system: $("system"),
          workspace: $("workspace"),
        })
        .onConflict((conflict) =>
          conflict.column("key").doUpdateSet((taken) => ({
            project: taken.ref("excluded.project"),
            pipeline: taken.ref("excluded.pipeline"),
            step: taken.ref("excluded.step"),
            run: taken.ref("excluded.run"),
            created_at: taken.ref("excluded.created_at"),
            duration_ms: taken.ref("excluded.duration_ms"),
            log: taken.ref("excluded.log"),
            system: taken.ref("excluded.system"),
            workspace: taken.ref("excluded.workspace"),
          })),
        ),
    ),
    drop: query<{ key: string; run: string; createdAt: number }>(database)((db, $) =>
      db.deleteFrom("entries").where("key", "=", $("key")).where("run", "=", $("run")).where("created_at", "=", $("createdAt")),
    ),
    remove: query<{ keys: string }>(database)((db, $) => db.deleteFrom("entries").where("key", "in", among($("keys")))),
  };
}

function layerRows(database: Database) {
  return {
    layer: query<{ id: string }>(database)((db, $) =>
      db
        .selectFrom("layers")
        .innerJoin("directories", "directories.id", "layers.id")
        .select(["digest", "entries", "footprint", "bytes"])
        .where("layers.id", "=", $("id")),
    ),
    layerState: query<{ id: string }>(database)((db, $) =>
      db.selectFrom("directories").select("state").where("id", "=", $("id")).where("kind", "=", "layer"),
    ),
    insertLayer: query<{ id: string; digest: string; entries: number; footprint: string }>(database)((db, $) =>
      db
        .insertInto("layers")
        .values({ id: $("id"), digest: $("digest"), entries: $("entries"), footprint: $("footprint") })
        .onConflict((conflict) => conflict.doNothing()),
    ),
    completeDirectory: query<{ id: string; bytes: number; now: number }>(database)((db, $) =>
      db
        .updateTable("directories")
        .set({ state: "complete", bytes: $("bytes"), last_used_at: $("now") })
        .where("id", "=", $("id")),
    ),
    leaseToReserver: query<{ id: string }>(database)((db, $) =>
      db
        .insertInto("leases")
        .columns(["directory", "owner"])
        .expression(
          db
            .selectFrom("directories")
            .select(["id", sql<string>`owner`.as("owner")])
            .where("id", "=", $("id"))
            .where("owner", "is not", null),
        )
        .onConflict((conflict) => conflict.doNothing()),
    ),
  };
}

function claimRows(database: Database) {
  return {
    claim: query<{ key: string }>(database)((db, $) => db.selectFrom("claims").select(["owner", "since"]).where("key", "=", $("key"))),
    runOf: query<{ owner: string }>(database)((db, $) =>
      db.selectFrom("runs").select("id").where("owner", "=", $("owner")).where("finished_at", "is", null).orderBy("id", "desc").limit(1),
    ),
    takeClaim: query<{ key: string; owner: string; now: number }>(database)((db, $) =>
      db
        .insertInto("claims")
        .values({ key: $("key"), owner: $("owner"), since: $("now") })
        .onConflict((conflict) => conflict.column("key").doUpdateSet({ owner: $("owner"), since: $("now") })),
    ),
    unclaim: query<{ key: string; owner: string }>(database)((db, $) =>
      db.deleteFrom("claims").where("key", "=", $("key")).where("owner", "=", $("owner")),
    ),
  };
}

function keyRows(database: Database) {
  return {
    hasFields: query<{ key: string }>(database)((db, $) => db.selectFrom("key_fields").select("key").where("key", "=", $("key"))),
    insertFields: query<{ key: string; fields: string }>(database)((db, $) =>
      db.insertInto("key_fields").values({ key: $("key"), fields: $("fields") }),
    ),
    describe: query<{ run: string; step: string; key: string }>(database)((db, $) =>
      db
        .updateTable("jobs")
        .set({ key: $("key") })
        .where("run", "=", $("run"))
        .where("step", "=", $("step")),
    ),
  };
}

function rows(db: Kysely<Tables>) {
  return db
    .selectFrom("entries")
    .select(["entries.key", "project", "pipeline", "step", "run", "created_at", "duration_ms", "system", "workspace", "log"]);
}

function withFields(db: Kysely<Tables>) {
  return rows(db).innerJoin("key_fields", "key_fields.key", "entries.key").select("key_fields.fields");
}

/** How many of the entry's layers are not complete (condemned, though the entry names them). */
const incomplete = sql<number>`(SELECT count(*) FROM directories WHERE id IN (entries.system, entries.workspace) AND state <> 'complete')`;
