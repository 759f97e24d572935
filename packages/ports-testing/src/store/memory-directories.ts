import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { FrescoError, type CompleteDirectory, type Directory, type DirectoryKind, type DirectoryStore } from "@fresco/ports";
import { nextId, type MemoryDirectory, type MemoryState } from "./memory-state.ts";

export class MemoryDirectories implements DirectoryStore {
  readonly #state: MemoryState;

  constructor(state: MemoryState) {
    this.#state = state;
  }

  async reserve(kind: DirectoryKind, owner: string, count: number): Promise<readonly Directory[]> {
    return Array.from({ length: count }, () => {
      const id = nextId(this.#state);
      const path = join(this.#state.root, kind === "layer" ? "l" : "t", id);
      mkdirSync(dirname(path), { recursive: true });
      const facts = { bytes: 0, note: "", mark: "", lastUsedAt: this.#state.clock.now() };
      this.#state.directories.set(id, { id, kind, path, state: "reserved", owner, leases: new Set(), ...facts });
      return { id, kind, path };
    });
  }

  async complete(id: string, { bytes, note }: { readonly bytes: number; readonly note: string }): Promise<void> {
    const directory = this.#state.directories.get(id);
    if (directory?.kind !== "tree" || directory.state !== "reserved")
      throw new FrescoError("store.unreserved", `The directory ${id} is not reserved for a tree.`);
    directory.note = note;
    complete(this.#state, directory, bytes, note);
  }

  async forget(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const directory = this.#state.directories.get(id);
      if (directory === undefined) continue;
      rmSync(markPath(directory), { force: true });
      this.#state.directories.delete(id);
      for (const [key, entry] of this.#state.entries)
        if (entry.system?.id === id || entry.workspace?.id === id) this.#state.entries.delete(key);
    }
  }

  async list(kind: DirectoryKind, notePrefix = ""): Promise<readonly CompleteDirectory[]> {
    return [...this.#state.directories.values()]
      .filter((directory) => directory.kind === kind && directory.state === "complete" && directory.note.startsWith(notePrefix))
      .map(({ id, path, bytes, note, lastUsedAt }) => ({ id, kind, path, bytes, note, lastUsedAt }))
      .reverse()
      .sort((a, b) => b.lastUsedAt - a.lastUsedAt);
  }

  async lease(id: string, owner: string): Promise<boolean> {
    const directory = this.#state.directories.get(id);
    if (directory === undefined || !isWhole(directory)) return false;
    directory.leases.add(owner);
    directory.lastUsedAt = this.#state.clock.now();
    return true;
  }

  async release(ids: readonly string[], owner: string): Promise<void> {
    for (const id of ids) this.#state.directories.get(id)?.leases.delete(owner);
  }

  async condemn(kind: DirectoryKind, keep: readonly string[]): Promise<readonly Directory[]> {
    const named = new Set([...this.#state.entries.values()].flatMap(({ system, workspace }) => [system?.id, workspace?.id]));
    for (const directory of this.#state.directories.values()) {
      const idle = directory.state === "complete" || (directory.state === "reserved" && directory.owner === undefined);
      if (directory.kind !== kind || !idle || directory.leases.size > 0 || named.has(directory.id) || keep.includes(directory.id)) continue;
      directory.state = "going";
    }
    return [...this.#state.directories.values()]
      .filter((directory) => directory.kind === kind && directory.state === "going")
      .map(({ id, path }) => ({ id, kind, path }));
  }
}

/** Marks a directory whole, on the disk too. */
export function complete(state: MemoryState, directory: MemoryDirectory, bytes: number, mark: string): void {
  Object.assign(directory, { state: "complete", bytes, mark, lastUsedAt: state.clock.now() });
  writeFileSync(markPath(directory), `${directory.id} ${mark}\n`);
}

/** Is it complete, and its mark on the disk? */
export function isWhole(directory: MemoryDirectory): boolean {
  if (directory.state !== "complete") return false;
  try {
    return readFileSync(markPath(directory), "utf8") === `${directory.id} ${directory.mark}\n`;
  } catch {
    // A missing or unreadable mark vouches for nothing.
    return false;
  }
}

function markPath({ path }: Directory): string {
  return join(path, "complete");
}
