import type { KeyFields } from "@fresco/cache-keys";
import { FrescoError, type Clock, type Entry, type EntryStore, type NewEntry, type StoredLayer } from "@fresco/ports";
import { hasMark, writeMark } from "./completion-mark.ts";
import type { Database } from "./database.ts";
import { directoryPath } from "./directories.ts";
import { entryQueries, type EntryRow } from "./entry-queries.ts";
import { parseFields, parsePaths } from "./json-columns.ts";

export class SqliteEntries implements EntryStore {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #database: Database;
  readonly #queries: ReturnType<typeof entryQueries>;
  readonly #isGone: (owner: string) => boolean;

  /** `isGone`: is this owner's lock free? Asked inside a transaction. */
  constructor(directory: string, clock: Clock, database: Database, isGone: (owner: string) => boolean) {
    this.#directory = directory;
    this.#clock = clock;
    this.#database = database;
    this.#queries = entryQueries(database);
    this.#isGone = isGone;
  }

  async lookup(key: string, fields: KeyFields, owner: string): Promise<Entry | undefined> {
    return this.#database.write(() => {
      const row = this.#queries.byKey.first({ key });
      if (row === undefined) return undefined;
      const entry = this.#entry(row, fields);
      const layers = layersOf(entry);
      if (!layers.every(hasLayer) || row.incomplete > 0) {
        this.#queries.remove.run({ keys: JSON.stringify([key]) });
        return undefined;
      }
      for (const { id } of layers) {
        this.#queries.lease.run({ id, owner });
        this.#queries.used.run({ id, now: this.#clock.now() });
      }
      return entry;
    });
  }

  async save(entries: readonly NewEntry[]): Promise<void> {
    const layers = entries.flatMap(layersOf);
    for (const layer of layers) this.#refuseUnreserved(layer);
    await Promise.all(layers.map((layer) => writeMark({ ...layer, content: layer.digest })));
    this.#database.writeDurably(() => {
      for (const layer of layers) {
        // Again, since time went by: a directory that was condemned meanwhile must not come back.
        this.#refuseUnreserved(layer);
        this.#complete(layer);
      }
      for (const entry of entries) this.#insert(entry);
    });
  }

  async drop({ key, run, createdAt }: Entry): Promise<void> {
    this.#database.write(() => this.#queries.drop.run({ key, run, createdAt }));
  }

  async remove(keys: readonly string[]): Promise<void> {
    this.#database.write(() => this.#queries.remove.run({ keys: JSON.stringify(keys) }));
  }

  async latest(project: string, pipeline: string, step: string): Promise<Entry | undefined> {
    const row = this.#queries.latest.first({ project, pipeline, step });
    return row === undefined ? undefined : this.#entry(row, parseFields(row.fields));
  }

  async list(): Promise<readonly Entry[]> {
    return this.#queries.list.all({}).map((row) => this.#entry(row, parseFields(row.fields)));
  }

  async claim(key: string, owner: string, now: number): ReturnType<EntryStore["claim"]> {
    return this.#database.write(() => {
      const held = this.#queries.claim.first({ key });
      if (held !== undefined && held.owner !== owner && !this.#isGone(held.owner)) {
        return { type: "held", owner: held.owner, run: this.#queries.runOf.first({ owner: held.owner })?.id, since: held.since };
      }
      this.#queries.takeClaim.run({ key, owner, now });
      return { type: "claimed" };
    });
  }

  async unclaim(key: string, owner: string): Promise<void> {
    this.#database.write(() => this.#queries.unclaim.run({ key, owner }));
  }

  async describe(run: string, step: string, key: string, fields: KeyFields): Promise<void> {
    this.#database.write(() => {
      this.#keepFields(key, fields);
      this.#queries.describe.run({ run, step, key });
    });
  }

  #insert(entry: NewEntry): void {
    const { key, project, pipeline, step, run, createdAt, durationMs, log } = entry;
    this.#keepFields(key, entry.fields);
    this.#queries.insert.run({
      key,
      project,
      pipeline,
      step,
      run,
      createdAt,
      durationMs,
      log,
      system: entry.system?.id ?? null,
      workspace: entry.workspace?.id ?? null,
    });
  }

  #complete(layer: StoredLayer): void {
    const { id, digest, entries, bytes } = layer;
    this.#queries.insertLayer.run({ id, digest, entries, footprint: JSON.stringify(layer.footprint) });
    // The run that made it goes on using it, also when another run's entry took the key.
    this.#queries.leaseToReserver.run({ id });
    this.#queries.completeDirectory.run({ id, bytes, now: this.#clock.now() });
  }

  /** Views can be large: they are written once for each key. */
  #keepFields(key: string, fields: KeyFields): void {
    if (this.#queries.hasFields.first({ key }) === undefined) this.#queries.insertFields.run({ key, fields: JSON.stringify(fields) });
  }

  #refuseUnreserved(layer: StoredLayer): void {
    const state = this.#queries.layerState.first({ id: layer.id })?.state;
    const known = state === "reserved" || state === "complete";
    if (known && layer.path === directoryPath(this.#directory, "layer", layer.id)) return;
    throw new FrescoError("store.unreserved", `The layer ${layer.id} at ${layer.path} is in no directory that was reserved for one.`);
  }

  #entry(row: EntryRow, fields: KeyFields): Entry {
    return {
      key: row.key,
      fields,
      project: row.project,
      pipeline: row.pipeline,
      step: row.step,
      run: row.run,
      createdAt: row.created_at,
      durationMs: row.duration_ms,
      system: row.system === null ? undefined : this.#layer(row.system),
      workspace: row.workspace === null ? undefined : this.#layer(row.workspace),
      log: row.log,
    };
  }

  #layer(id: string): StoredLayer {
    const row = this.#queries.layer.first({ id });
    if (row === undefined) throw new Error(`no layer ${id}`);
    const { digest, bytes, entries, footprint } = row;
    return { id, path: directoryPath(this.#directory, "layer", id), digest, bytes, entries, footprint: parsePaths(footprint) };
  }
}

function layersOf(entry: Entry): StoredLayer[] {
  return [entry.system, entry.workspace].filter((layer) => layer !== undefined);
}

function hasLayer(layer: StoredLayer): boolean {
  return hasMark({ ...layer, content: layer.digest });
}
