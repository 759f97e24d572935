/** Time, from outside. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after `ms` milliseconds. The returned function cancels it. A pending timer keeps the process alive. */
  after(ms: number, callback: () => void): () => void;
}
