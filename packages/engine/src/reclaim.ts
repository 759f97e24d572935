import type { Clock, GoneOwner, Logs, Processes, Sandbox, Store } from "@fresco/ports";
import { removeUnnamedLogs } from "./log-name.ts";
import { discardIn } from "./sandboxes.ts";
import { removeStableWorkspaces } from "./stable-workspace.ts";

export interface ReclaimPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly processes: Processes;
  readonly logs: Logs;
  /**
   * One of each kind that may have left something, that of images first, asked for only if there is something to end; an owner whose steps ran in a kind
   * that is missing is left for a later command.
   */
  readonly sandboxes: () => Promise<readonly Sandbox[]>;
  /** Told of an owner that could not be ended (its Engine does not answer): it is left for a later command. @default that ends everything */
  readonly onLeft?: (owner: string, error: unknown) => void;
}

/**
 * Ends what owners that are gone have left behind: first what lives (processes and their mounts), then directories, then rows and leases, so that
 * a kill in between leaves the rows by which the next command finds the rest. Returns the runs that are `crashed` by it.
 */
export async function reclaim(ports: ReclaimPorts): Promise<readonly string[]> {
  const gone = await ports.store.owners.gone();
  if (gone.length === 0) return [];
  const sandboxes = await ports.sandboxes();
  const crashed: string[] = [];
  for (const owner of gone) {
    try {
      if (await reclaimOwner(owner, ports, sandboxes)) crashed.push(...owner.runs);
    } catch (error) {
      if (ports.onLeft === undefined) throw error;
      ports.onLeft(owner.id, error);
    }
  }
  return crashed;
}

async function reclaimOwner(owner: GoneOwner, ports: ReclaimPorts, sandboxes: readonly Sandbox[]): Promise<boolean> {
  const { store, clock } = ports;
  if (sandboxes.length === 0) return false;
  const discard = (directories: readonly string[]): Promise<void> => discardIn(sandboxes, directories);
  for (const step of owner.steps) {
    const sandbox = sandboxes.find(({ kind }) => kind === step.sandbox);
    if (sandbox === undefined) return false;
    await sandbox.reclaim({ process: step.process, token: step.token });
  }
  await removeStableWorkspaces(owner, ports, discard);
  await discard([owner.directory, ...owner.directories.map(({ path }) => path)]);
  for (const run of owner.runs) await removeUnnamedLogs(run, store.runs, ports.logs);
  await store.directories.forget(owner.directories.map(({ id }) => id));
  await store.owners.forget(owner.id, clock.now());
  return true;
}
