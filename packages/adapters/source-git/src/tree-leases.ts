import type { DirectoryStore } from "@fresco/ports";

/** Leases of an owner, counted: the store knows one for each owner and directory, while several views may stand on one base. */
export class TreeLeases {
  readonly #counts = new Map<string, number>();

  /** All of these, or none. */
  async take(store: DirectoryStore, owner: string, ids: readonly string[]): Promise<boolean> {
    const taken: string[] = [];
    for (const id of ids) {
      // Counted first, so that a release that runs meanwhile does not free it.
      this.#add(owner, id, 1);
      taken.push(id);
      if (await store.lease(id, owner)) continue;
      await this.release(store, owner, taken);
      return false;
    }
    return true;
  }

  async release(store: DirectoryStore, owner: string, ids: readonly string[]): Promise<void> {
    const free = ids.filter((id) => this.#add(owner, id, -1) === 0);
    if (free.length > 0) await store.release(free, owner);
  }

  #add(owner: string, id: string, by: number): number {
    const name = `${owner} ${id}`;
    const count = (this.#counts.get(name) ?? 0) + by;
    if (count === 0) this.#counts.delete(name);
    else this.#counts.set(name, count);
    return count;
  }
}
