import type { Clock, GoneOwner, Sandbox, Store } from "@fresco/ports";

export interface ReclaimPorts {
  readonly store: Store;
  readonly clock: Clock;
  /** One of each kind that may have left something; an owner whose steps ran in a kind that is missing here is left for a later command. */
  readonly sandboxes: readonly Sandbox[];
}

/**
 * Ends what owners that are gone have left behind: first what lives (processes and their mounts), then directories, then rows and leases, so that
 * a kill in between leaves the rows by which the next command finds the rest. Returns the runs that are `crashed` by it.
 */
export async function reclaim(ports: ReclaimPorts): Promise<readonly string[]> {
  const crashed: string[] = [];
  for (const owner of await ports.store.owners.gone()) {
    if (await reclaimOwner(owner, ports)) crashed.push(...owner.runs);
  }
  return crashed;
}

async function reclaimOwner(owner: GoneOwner, { store, clock, sandboxes }: ReclaimPorts): Promise<boolean> {
  const [first] = sandboxes;
  if (first === undefined) return false;
  for (const step of owner.steps) {
    const sandbox = sandboxes.find(({ kind }) => kind === step.sandbox);
    if (sandbox === undefined) return false;
    await sandbox.reclaim({ process: step.process, token: step.token });
  }
  await first.discard([owner.directory, ...owner.directories.map(({ path }) => path)]);
  await store.directories.forget(owner.directories.map(({ id }) => id));
  await store.owners.forget(owner.id, clock.now());
  return true;
}
