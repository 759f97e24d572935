/** How long work on the file system may hold the thread back from everything else, in milliseconds. */
const SLICE = 8;

/** Lets other work in between many small synchronous calls, which are several times cheaper than asynchronous ones. */
export class TimeSlice {
  #until = performance.now() + SLICE;

  /** Is it time to {@link pause}? */
  get over(): boolean {
    return performance.now() >= this.#until;
  }

  async pause(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#until = performance.now() + SLICE;
  }
}
