import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Real time, never the same twice. */
export function steppingClock(): { now(): number; after(): () => void } {
  let last = 0;
  return {
    now: () => (last = Math.max(Date.now(), last + 1)),
    after: () => () => undefined,
  };
}

/** A directory for a store, which goes with the test. */
export async function temporaryDirectory(): Promise<{ readonly path: string } & AsyncDisposable> {
  const parent = await mkdtemp(join(tmpdir(), "fresco-store-"));
  return { path: join(parent, "store"), [Symbol.asyncDispose]: () => rm(parent, { recursive: true }) };
}
