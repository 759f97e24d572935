import { createHmac, randomBytes } from "node:crypto";
import type { Clock, PipelineStore, Store } from "@fresco/ports";
import { removeTemporary, temporaryDirectory } from "../temporary.ts";
import { MemoryDirectories } from "./memory-directories.ts";
import { MemoryEntries } from "./memory-entries.ts";
import { MemoryOwners } from "./memory-owners.ts";
import { MemoryRuns } from "./memory-runs.ts";
import type { MemoryState } from "./memory-state.ts";

/** A store in this process's memory. Its directories are real, under a temporary one that goes when the store is disposed of, or with the process. */
export class MemoryStore implements Store {
  readonly owners: MemoryOwners;
  readonly runs: MemoryRuns;
  readonly entries: MemoryEntries;
  readonly directories: MemoryDirectories;
  readonly pipelines: PipelineStore;
  readonly #state: MemoryState;
  readonly #sealKey = randomBytes(32);

  constructor(clock: Pick<Clock, "now"> = Date) {
    this.#state = {
      root: temporaryDirectory("fresco-store-"),
      clock,
      owners: new Map(),
      runs: new Map(),
      directories: new Map(),
      entries: new Map(),
      fields: new Map(),
      claims: new Map(),
      lastId: 0,
    };
    this.owners = new MemoryOwners(this.#state);
    this.runs = new MemoryRuns(this.#state);
    this.entries = new MemoryEntries(this.#state);
    this.directories = new MemoryDirectories(this.#state);
    this.pipelines = memoryPipelines();
  }

  /** The owner's process dies: its lock is free, its row stays. */
  die(owner: string): void {
    const row = this.#state.owners.get(owner);
    if (row !== undefined) row.alive = false;
  }

  seal(value: string): string {
    return createHmac("sha256", this.#sealKey).update(value, "utf8").digest("hex");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    removeTemporary(this.#state.root);
  }
}

function memoryPipelines(): PipelineStore {
  const values = new Map<string, string>();
  return {
    get: async (key) => values.get(key),
    put: async (key, value) => {
      values.set(key, value);
    },
  };
}
