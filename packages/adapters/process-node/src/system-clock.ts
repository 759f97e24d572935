import type { Clock } from "@fresco/ports";

/** The system's wall clock and Node's timers. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  after(ms: number, callback: () => void): () => void {
    // Node runs a timer beyond 2^31-1 ms at once; nothing here waits for 24 days, so the longest one it can hold will do.
    const timer = setTimeout(callback, Math.min(ms, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  }
}
