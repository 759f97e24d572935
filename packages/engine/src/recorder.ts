import type { RunStore, StoredEvent } from "@fresco/ports";

/**
 * Writes a run's transitions to the store in order, many in one transaction when they come fast. A failure stops the run: what is not
 * recorded must not go on.
 */
export class Recorder {
  readonly #store: Pick<RunStore, "append">;
  readonly #onFailure: (error: unknown) => void;
  #waiting: StoredEvent[] = [];
  #writing: Promise<void> = Promise.resolve();
  #scheduled = false;

  constructor(store: Pick<RunStore, "append">, onFailure: (error: unknown) => void) {
    this.#store = store;
    this.#onFailure = onFailure;
  }

  add(event: StoredEvent): void {
    this.#waiting.push(event);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#writing = this.#writing.then(() => this.#write());
  }

  /** Resolves when everything added so far is written. */
  async written(): Promise<void> {
    await this.#writing;
    if (this.#waiting.length > 0) await this.#write();
  }

  async #write(): Promise<void> {
    this.#scheduled = false;
    const batch = this.#waiting;
    this.#waiting = [];
    try {
      await this.#store.append(batch);
    } catch (error) {
      // The next write takes them along, so that there is never a gap: what the store says of the run is true up to some event.
      this.#waiting = [...batch, ...this.#waiting];
      this.#onFailure(error);
    }
  }
}
