import type { BaseIdentity, Clock, EntryStore, Layers, NewEntry, StoredLayer } from "@fresco/ports";

/** How long results are gathered before they are stored, in milliseconds: asking for the base and syncing cost as much for one as for many. */
const GATHERING = 200;

export interface PendingEntry {
  readonly entry: Omit<NewEntry, "system">;
  /** May still be under way. Rejects where it could not be kept: then the entry is not stored. */
  readonly system: Promise<StoredLayer | undefined>;
  /** What the base was when the step ran, and how to ask again. */
  readonly base: { readonly identity: string; readonly again: () => Promise<BaseIdentity> };
  /** Resolves when the log is durable. */
  readonly log: Promise<void>;
}

/** With all its layers. */
type WholeEntry = Omit<PendingEntry, "entry" | "system"> & { readonly entry: NewEntry };

export interface CommitterPorts {
  readonly layers: Layers;
  readonly entries: EntryStore;
  readonly clock: Clock;
}

/** What became of entries that were not stored. */
export type NotStored =
  | { readonly type: "base-changed"; readonly steps: readonly string[] }
  | { readonly type: "error"; readonly steps: readonly string[]; readonly cause: unknown };

/**
 * Stores results behind the running steps: first the layers' bytes are made durable, then, in one transaction, the entries that name them.
 * Until then only their own run uses them. Batches are gathered for a moment, and while a sync is under way.
 */
export class Committer {
  readonly #ports: CommitterPorts;
  readonly #owner: string;
  readonly #onNotStored: (outcome: NotStored) => void;
  #waiting: PendingEntry[] = [];
  #working: Promise<void> = Promise.resolve();
  #scheduled = false;
  #hurry: (() => void) | undefined;
  #hurried = 0;
  /** Ids of layers' directories whose entries are in the store. */
  readonly stored = new Set<string>();

  constructor(ports: CommitterPorts, owner: string, onNotStored: (outcome: NotStored) => void) {
    this.#ports = ports;
    this.#owner = owner;
    this.#onNotStored = onNotStored;
  }

  add(pending: PendingEntry): void {
    this.#waiting.push(pending);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#working = this.#working.then(() => this.#gather()).then(() => this.#commit());
  }

  /** Resolves when everything added so far is stored or was given up; nothing is gathered meanwhile. */
  async done(): Promise<void> {
    this.#hurried += 1;
    this.#hurry?.();
    await this.#working;
    this.#hurried -= 1;
  }

  async #gather(): Promise<void> {
    if (this.#hurried > 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#hurry = resolve;
    const cancel = this.#ports.clock.after(GATHERING, resolve);
    await promise;
    cancel();
    this.#hurry = undefined;
  }

  async #commit(): Promise<void> {
    this.#scheduled = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    const batch = await this.#whole(waiting);
    try {
      const { same, changed } = await this.#judgeBases(batch);
      if (changed.length > 0) this.#onNotStored({ type: "base-changed", steps: changed.map(({ entry }) => entry.step) });
      const layers = same.flatMap(({ entry }) => layersOf(entry));
      await Promise.all(same.map(({ log }) => log));
      if (layers.length > 0) await this.#ports.layers.sync(layers);
      if (same.length > 0) await this.#ports.entries.save(same.map(({ entry }) => entry));
      for (const layer of layers) this.stored.add(layer.id);
    } catch (cause) {
      this.#onNotStored({ type: "error", steps: batch.map(({ entry }) => entry.step), cause });
    }
    for (const { entry } of waiting) await this.#ports.entries.unclaim(entry.key, this.#owner);
  }

  /** Those of which everything was kept. */
  async #whole(waiting: readonly PendingEntry[]): Promise<readonly WholeEntry[]> {
    const whole: WholeEntry[] = [];
    for (const { entry, system, base, log } of waiting) {
      try {
        whole.push({ entry: { ...entry, system: await system }, base, log });
      } catch (cause) {
        this.#onNotStored({ type: "error", steps: [entry.step], cause });
      }
    }
    return whole;
  }

  async #judgeBases(batch: readonly WholeEntry[]): Promise<{ same: WholeEntry[]; changed: WholeEntry[] }> {
    const now = new Map<PendingEntry["base"]["again"], Promise<BaseIdentity>>();
    const same: WholeEntry[] = [];
    const changed: WholeEntry[] = [];
    for (const pending of batch) {
      const { again, identity } = pending.base;
      const asked = now.get(again) ?? again();
      now.set(again, asked);
      ((await asked).identity === identity ? same : changed).push(pending);
    }
    return { same, changed };
  }
}

function layersOf(entry: { readonly system: StoredLayer | undefined; readonly workspace: StoredLayer | undefined }): StoredLayer[] {
  return [entry.system, entry.workspace].filter((layer) => layer !== undefined);
}
