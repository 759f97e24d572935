import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileLogs } from "../src/index.ts";

export const clock = { now: () => Date.now(), after: () => () => undefined };

/** Logs in a directory of their own, which goes with them. */
export async function temporaryLogs(): Promise<{ readonly logs: FileLogs; readonly directory: string } & AsyncDisposable> {
  const directory = await mkdtemp(join(tmpdir(), "fresco-logs-"));
  return { logs: new FileLogs({ directory, clock }), directory, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) };
}
