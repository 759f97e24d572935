import type { Logs, RunStore } from "@fresco/ports";

/** Names the log of an attempt. `position`: the step's among the run's, from 0. */
export function logName(run: string, position: number, attempt: number): string {
  return `${run}-${position}-${attempt}`;
}

/** Removes logs of a run that no row names: a power cut may take the row and leave the files. */
export async function removeUnnamedLogs(run: string, runs: RunStore, logs: Logs): Promise<void> {
  const jobs = await runs.jobs(run);
  for (const [position, { log }] of jobs.entries()) {
    if (log === undefined) await logs.remove(logName(run, position, 1));
  }
}
