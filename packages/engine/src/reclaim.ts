import type { Clock, GoneOwner, Logs, Processes, Sandbox, Store } from "@fresco/ports";
import { removeUnnamedLogs } from "./log-name.ts";
import { removeStableWorkspaces } from "./stable-workspace.ts";

export interface ReclaimPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly processes: Processes;
  readonly logs: Logs;
  /** One of each kind that may have left something, asked for only if there is something to end; an owner whose steps ran in a kind that is missing is left for a later command. */
  readonly sandboxes: () => Promise<readonly Sandbox[]>;
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
    if (await reclaimOwner(owner, ports, sandboxes)) crashed.push(...owner.runs);
  }
  return crashed;
}

async function reclaimOwner(owner: GoneOwner, ports: ReclaimPorts, sandboxes: readonly Sandbox[]): Promise<boolean> {
  const { store, clock } = ports;
  const [first] = sandboxes;
  if (first === undefined) return false;
  for (const step of owner.steps) {
    const sandbox = sandboxes.find(({ kind }) => kind === step.sandbox);
    if (sandbox === undefined) return false;
    await sandbox.reclaim({ process: step.process, token: step.token });
  }
  await removeStableWorkspaces(owner, ports, first);
  await first.discard([owner.directory, ...owner.directories.map(({ path }) => path)]);
  for (const run of owner.runs) await removeUnnamedLogs(run, store.runs, ports.logs);
  await store.directories.forget(owner.directories.map(({ id }) => id));
  await store.owners.forget(owner.id, clock.now());
  return true;
}
