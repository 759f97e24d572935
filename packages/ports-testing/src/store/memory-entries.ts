import type { KeyFields } from "@fresco/cache-keys";
import { FrescoError, type Entry, type EntryStore, type NewEntry, type StoredLayer } from "@fresco/ports";
import { complete, isWhole } from "./memory-directories.ts";
import { isGone, type MemoryDirectory, type MemoryState } from "./memory-state.ts";

export class MemoryEntries implements EntryStore {
  readonly #state: MemoryState;

  constructor(state: MemoryState) {
    this.#state = state;
  }

  async lookup(key: string, _fields: KeyFields, owner: string): Promise<Entry | undefined> {
    const entry = this.#state.entries.get(key);
    if (entry === undefined) return undefined;
    const directories = layersOf(entry).map(({ id }) => this.#state.directories.get(id));
    if (!directories.every((directory) => directory !== undefined && isWhole(directory))) {
      this.#state.entries.delete(key);
      return undefined;
    }
    for (const directory of directories) {
      directory?.leases.add(owner);
      if (directory !== undefined) directory.lastUsedAt = this.#state.clock.now();
    }
    return entry;
  }

  async save(entries: readonly NewEntry[]): Promise<void> {
    const layers = entries.flatMap(layersOf).map((layer) => ({ layer, directory: this.#reserved(layer) }));
    for (const { layer, directory } of layers) {
      if (directory.owner !== undefined) directory.leases.add(directory.owner);
      complete(this.#state, directory, layer.bytes, layer.digest);
    }
    for (const entry of entries) {
      this.#state.fields.set(entry.key, entry.fields);
      this.#state.entries.set(entry.key, entry);
    }
  }

  async drop({ key, run, createdAt }: Entry): Promise<void> {
    const there = this.#state.entries.get(key);
    if (there?.run === run && there.createdAt === createdAt) this.#state.entries.delete(key);
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#state.entries.delete(key);
  }

  async latest(project: string, pipeline: string, step: string): Promise<Entry | undefined> {
    return (await this.list()).find((entry) => entry.project === project && entry.pipeline === pipeline && entry.step === step);
  }

  async list(): Promise<readonly Entry[]> {
    return [...this.#state.entries.values()].sort((a, b) => b.createdAt - a.createdAt);
  }

  async claim(key: string, owner: string, now: number): ReturnType<EntryStore["claim"]> {
    const held = this.#state.claims.get(key);
    if (held !== undefined && held.owner !== owner && !isGone(this.#state, held.owner)) {
      const run = [...this.#state.runs.values()].findLast(({ record }) => record.owner === held.owner && record.finishedAt === undefined);
      return { type: "held", owner: held.owner, run: run?.record.id, since: held.since };
    }
    this.#state.claims.set(key, { owner, since: now });
    return { type: "claimed" };
  }

  async unclaim(key: string, owner: string): Promise<void> {
    if (this.#state.claims.get(key)?.owner === owner) this.#state.claims.delete(key);
  }

  async describe(run: string, step: string, key: string, fields: KeyFields): Promise<void> {
    this.#state.fields.set(key, fields);
    const job = this.#state.runs.get(run)?.jobs.get(step);
    if (job !== undefined) job.key = key;
  }

  #reserved(layer: StoredLayer): MemoryDirectory {
    const directory = this.#state.directories.get(layer.id);
    if (directory?.kind === "layer" && directory.state !== "going" && directory.path === layer.path) return directory;
    throw new FrescoError("store.unreserved", `The layer ${layer.id} at ${layer.path} is in no directory that was reserved for one.`);
  }
}

function layersOf({ system, workspace }: Entry): StoredLayer[] {
  return [system, workspace].filter((layer) => layer !== undefined);
}
