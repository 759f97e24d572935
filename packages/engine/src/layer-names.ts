import type { DirectoryStore } from "@fresco/ports";

/** Names for layers of steps that will be stored, reserved in one go, since reserving is a durable write. */
export class LayerNames {
  readonly #directories: DirectoryStore;
  readonly #owner: string;
  readonly #batch: number;
  readonly #free: { id: string; path: string }[] = [];
  readonly #taken = new Map<string, string>();
  #reserving: Promise<void> = Promise.resolve();

  constructor(directories: DirectoryStore, owner: string, batch: number) {
    this.#directories = directories;
    this.#owner = owner;
    this.#batch = batch;
  }

  async take(): Promise<{ id: string; path: string }> {
    const turn = this.#reserving.then(() => this.#next());
    this.#reserving = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  /** What was reserved and did not become part of the cache; `made` may exist on the disk. */
  leftovers(stored: ReadonlySet<string>): { id: string; path: string; made: boolean }[] {
    const unstored = [...this.#taken].filter(([id]) => !stored.has(id)).map(([id, path]) => ({ id, path, made: true }));
    return [...unstored, ...this.#free.map(({ id, path }) => ({ id, path, made: false }))];
  }

  async #next(): Promise<{ id: string; path: string }> {
    if (this.#free.length === 0) this.#free.push(...(await this.#directories.reserve("layer", this.#owner, this.#batch)));
    const name = this.#free.pop();
    if (name === undefined) throw new Error("nothing was reserved");
    this.#taken.set(name.id, name.path);
    return { id: name.id, path: name.path };
  }
}
