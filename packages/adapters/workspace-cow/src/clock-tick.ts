import { closeSync, fstatSync, futimesSync, openSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** Kernels stamp change times with a clock that ticks every 1 to 10 ms; some file systems keep whole seconds only. */
const PATIENCE_MS = 25;

/**
 * Waits until the file system's clock has passed an instant (ns), so that whatever changes later has a later change time. Answers the
 * instant from which on change times tell nothing: never, when the clock has passed; `instant`, when it is too coarse to wait for.
 */
export async function clockPast(directory: Buffer, instant: bigint): Promise<bigint> {
  const file = openSync(directory, "r");
  try {
    for (let waited = 0; waited < PATIENCE_MS; waited++) {
      if (now(file) > instant) return NEVER;
      await delay(1);
    }
    return instant;
  } finally {
    closeSync(file);
  }
}

const NEVER = 1n << 63n;

/** Touching the directory itself gives the file system's own idea of the time and leaves nothing behind. */
function now(file: number): bigint {
  const stat = fstatSync(file, { bigint: true });
  futimesSync(file, Number(stat.atimeMs) / 1000, Number(stat.mtimeMs) / 1000);
  return fstatSync(file, { bigint: true }).ctimeNs;
}
