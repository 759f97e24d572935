import { setTimeout as delay } from "node:timers/promises";

/** Asks again until it is so. @throws Error naming what did not come about in ten seconds. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await delay(10);
  }
}
