import { join } from "node:path";
import { FrescoError, type Clock, type CompleteDirectory, type Directory, type DirectoryKind, type DirectoryStore } from "@fresco/ports";
import { sql } from "kysely";
import { FOLDERS } from "./bring-up.ts";
import { hasMark, removeMark, writeMark } from "./completion-mark.ts";
import { among, type Database } from "./database.ts";
import { ShortIds } from "./ids.ts";

export class SqliteDirectories implements DirectoryStore {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #database: Database;
  readonly #ids: ShortIds;
  readonly #queries: ReturnType<typeof queries>;

  constructor(directory: string, clock: Clock, database: Database) {
    this.#directory = directory;
    this.#clock = clock;
    this.#database = database;
    this.#ids = new ShortIds(database);
    this.#queries = queries(database);
  }

  async reserve(kind: DirectoryKind, owner: string, count: number): Promise<readonly Directory[]> {
    const now = this.#clock.now();
    return this.#database.writeDurably(() =>
      this.#ids.take(count).map((id) => {
        this.#queries.reserve.run({ id, kind, owner, now });
        return this.#at(id, kind);
      }),
    );
  }

  async complete(id: string, facts: { readonly bytes: number; readonly note: string }): Promise<void> {
    const row = this.#queries.byId.first({ id });
    if (row?.state !== "reserved" || row.kind === "layer") {
      throw new FrescoError("store.unreserved", `The directory ${id} is not reserved for a tree or an image.`);
    }
    await writeMark({ ...this.#at(id, row.kind), content: facts.note });
    this.#database.write(() => this.#queries.complete.run({ id, bytes: facts.bytes, note: facts.note, now: this.#clock.now() }));
  }

  async forget(ids: readonly string[]): Promise<void> {
    for (const { id, kind } of this.#queries.byIds.all({ ids: JSON.stringify(ids) })) removeMark(this.#at(id, kind).path);
    this.#database.write(() => this.#queries.forget.run({ ids: JSON.stringify(ids) }));
  }

  async list(kind: DirectoryKind, notePrefix = ""): Promise<readonly CompleteDirectory[]> {
    return this.#queries.list.all({ kind, prefix: notePrefix }).map((row) => ({
      ...this.#at(row.id, kind),
      bytes: row.bytes,
      note: row.note,
      lastUsedAt: row.last_used_at,
    }));
  }

  async lease(id: string, owner: string): Promise<boolean> {
    return this.#database.write(() => {
      const row = this.#queries.byId.first({ id });
      if (row?.state !== "complete" || !hasMark({ ...this.#at(id, row.kind), content: row.digest ?? row.note })) return false;
      this.#queries.lease.run({ id, owner });
      this.#queries.used.run({ id, now: this.#clock.now() });
      return true;
    });
  }

  async release(ids: readonly string[], owner: string): Promise<void> {
    this.#database.write(() => this.#queries.release.run({ ids: JSON.stringify(ids), owner }));
  }

  async condemn(kind: DirectoryKind, keep: readonly string[]): Promise<readonly Directory[]> {
    return this.#database.write(() => {
      this.#queries.condemn.run({ kind, keep: JSON.stringify(keep) });
      return this.#queries.going.all({ kind }).map(({ id }) => this.#at(id, kind));
    });
  }

  #at(id: string, kind: DirectoryKind): Directory {
    return { id, kind, path: directoryPath(this.#directory, kind, id) };
  }
}

/** Where a directory of the store is, absolute. */
export function directoryPath(store: string, kind: DirectoryKind, id: string): string {
  return join(store, FOLDERS[kind], id);
}

function queries(database: Database) {
  return {
    reserve: database.query<{ id: string; kind: DirectoryKind; owner: string; now: number }>()((db, $) =>
      db
        .insertInto("directories")
        .values({ id: $("id"), kind: $("kind"), state: "reserved", owner: $("owner"), bytes: 0, note: "", last_used_at: $("now") }),
    ),
    byId: database.query<{ id: string }>()((db, $) =>
      db
        .selectFrom("directories")
        .leftJoin("layers", "layers.id", "directories.id")
        .select(["kind", "state", "note", "digest"])
        .where("directories.id", "=", $("id")),
    ),
    byIds: database.query<{ ids: string }>()((db, $) =>
      db
        .selectFrom("directories")
        .select(["id", "kind"])
        .where("id", "in", among($("ids"))),
    ),
    complete: database.query<{ id: string; bytes: number; note: string; now: number }>()((db, $) =>
      db
        .updateTable("directories")
        .set({ state: "complete", bytes: $("bytes"), note: $("note"), last_used_at: $("now") })
        .where("id", "=", $("id")),
    ),
    forget: database.query<{ ids: string }>()((db, $) => db.deleteFrom("directories").where("id", "in", among($("ids")))),
    list: database.query<{ kind: DirectoryKind; prefix: string }>()((db, $) =>
      db
        .selectFrom("directories")
        .select(["id", "bytes", "note", "last_used_at"])
        .where("kind", "=", $("kind"))
        .where("state", "=", "complete")
        .where(sql<boolean>`substr(note, 1, length(${$("prefix")})) = ${$("prefix")}`)
        .orderBy("last_used_at", "desc")
        .orderBy("id", "desc"),
    ),
    lease: database.query<{ id: string; owner: string }>()((db, $) =>
      db
        .insertInto("leases")
        .values({ directory: $("id"), owner: $("owner") })
        .onConflict((conflict) => conflict.doNothing()),
    ),
    used: database.query<{ id: string; now: number }>()((db, $) =>
      db
        .updateTable("directories")
        .set({ last_used_at: $("now") })
        .where("id", "=", $("id")),
    ),
    release: database.query<{ ids: string; owner: string }>()((db, $) =>
      db
        .deleteFrom("leases")
        .where("owner", "=", $("owner"))
        .where("directory", "in", among($("ids"))),
    ),
    /** What nobody reserved any more (its owner left) goes too: nobody can complete it. */
    condemn: database.query<{ kind: DirectoryKind; keep: string }>()((db, $) =>
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
    going: database.query<{ kind: DirectoryKind }>()((db, $) =>
      db.selectFrom("directories").select("id").where("kind", "=", $("kind")).where("state", "=", "going").orderBy("id"),
    ),
  };
}
