import { join } from "node:path";
import { FrescoError, type Clock, type CompleteDirectory, type Directory, type DirectoryKind, type DirectoryStore } from "@fresco/ports";
import { FOLDERS } from "./bring-up.ts";
import { hasMark, removeMark, writeMark } from "./completion-mark.ts";
import type { Database } from "./database.ts";
import { directoryQueries } from "./directory-queries.ts";
import { ShortIds } from "./ids.ts";

export class SqliteDirectories implements DirectoryStore {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #database: Database;
  readonly #ids: ShortIds;
  readonly #queries: ReturnType<typeof directoryQueries>;

  constructor(directory: string, clock: Clock, database: Database) {
    this.#directory = directory;
    this.#clock = clock;
    this.#database = database;
    this.#ids = new ShortIds(database);
    this.#queries = directoryQueries(database);
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
