import type { DirectoryKind } from "@fresco/ports";
import { sql } from "kysely";
import type { Database } from "./database.ts";
import { leaseQueries } from "./lease-queries.ts";
import { among, query } from "./query-builder.ts";

/** What {@link SqliteDirectories} asks and writes. */
export function directoryQueries(database: Database) {
  return {
    ...leaseQueries(database),
    reserve: query<{ id: string; kind: DirectoryKind; owner: string; now: number }>(database)((db, $) =>
      db
        .insertInto("directories")
        .values({ id: $("id"), kind: $("kind"), state: "reserved", owner: $("owner"), bytes: 0, note: "", last_used_at: $("now") }),
    ),
    byId: query<{ id: string }>(database)((db, $) =>
      db
        .selectFrom("directories")
        .leftJoin("layers", "layers.id", "directories.id")
        .select(["kind", "state", "note", "digest"])
        .where("directories.id", "=", $("id")),
    ),
    byIds: query<{ ids: string }>(database)((db, $) =>
      db
        .selectFrom("directories")
        .select(["id", "kind"])
        .where("id", "in", among($("ids"))),
    ),
    complete: query<{ id: string; bytes: number; note: string; now: number }>(database)((db, $) =>
      db
        .updateTable("directories")
        .set({ state: "complete", bytes: $("bytes"), note: $("note"), last_used_at: $("now") })
        .where("id", "=", $("id")),
    ),
    forget: query<{ ids: string }>(database)((db, $) => db.deleteFrom("directories").where("id", "in", among($("ids")))),
    list: query<{ kind: DirectoryKind; prefix: string }>(database)((db, $) =>
      db
        .selectFrom("directories")
        .select(["id", "bytes", "note", "last_used_at"])
        .where("kind", "=", $("kind"))
        .where("state", "=", "complete")
        .where(sql<boolean>`substr(note, 1, length(${$("prefix")})) = ${$("prefix")}`)
        .orderBy("last_used_at", "desc")
        .orderBy("id", "desc"),
    ),
    release: query<{ ids: string; owner: string }>(database)((db, $) =>
      db
        .deleteFrom("leases")
        .where("owner", "=", $("owner"))
        .where("directory", "in", among($("ids"))),
    ),
    /** What nobody reserved any more (its owner left) goes too: nobody can complete it. */
    condemn: query<{ kind: DirectoryKind; keep: string }>(database)((db, $) =>
      db
        .updateTable("directories")
        .set({ state: "going" })
        .where("kind", "=", $("kind"))
        .where((where) =>
          where.or([where("state", "=", "complete"), where.and([where("state", "=", "reserved"), where("owner", "is", null)])]),
        )
        .where("id", "not in", among($("keep")))
        .where("id", "not in", db.selectFrom("leases").select("directory"))
        .where("id", "not in", db.selectFrom("entries").select("system").where("system", "is not", null).$narrowType<{ system: string }>())
        .where(
          "id",
          "not in",
          db.selectFrom("entries").select("workspace").where("workspace", "is not", null).$narrowType<{ workspace: string }>(),
        ),
    ),
    going: query<{ kind: DirectoryKind }>(database)((db, $) =>
      db.selectFrom("directories").select("id").where("kind", "=", $("kind")).where("state", "=", "going").orderBy("id"),
    ),
  };
}
