import type { Clock, EntryStore, GoneOwner, Processes, Store } from "@fresco/ports";
import { claimKey } from "./claims.ts";

const PREFIX = "workspace:";

export interface StableWorkspaceRequest {
  readonly path: string;
  readonly owner: string;
  readonly stopped: () => boolean;
  readonly onWaiting: (holder: { readonly run: string | undefined }) => void;
}

/**
 * Takes the one stable workspace of a project for a run; other runs that need it wait for as long as it takes. The claim is what
 * tells, after a crash, that the directory is to be removed. `undefined`: stopped while waiting.
 */
export async function takeStableWorkspace(
  entries: EntryStore,
  clock: Clock,
  { path, owner, stopped, onWaiting }: StableWorkspaceRequest,
): Promise<(() => Promise<void>) | undefined> {
  const key = `${PREFIX}${path}`;
  const outcome = await claimKey<never>(entries, clock, {
    key,
    owner,
    stopped,
    onWaiting,
    lookUp: async () => undefined,
    read: false,
    patience: Number.POSITIVE_INFINITY,
  });
  return outcome.type === "claimed" ? () => entries.unclaim(key, owner) : undefined;
}

/**
 * Removes the stable workspaces that an owner had taken before it was gone. Each is taken for as long as that lasts, since a run may be waiting
 * for it; one that somebody has taken over already is his.
 */
export async function removeStableWorkspaces(
  gone: GoneOwner,
  { store, clock, processes }: { readonly store: Store; readonly clock: Clock; readonly processes: Processes },
  discard: (directories: readonly string[]) => Promise<void>,
): Promise<void> {
  const keys = gone.claims.filter((claim) => claim.startsWith(PREFIX));
  if (keys.length === 0) return;
  await using self = await store.owners.open({ process: processes.self(), startedAt: clock.now() });
  for (const key of keys) {
    const claim = await store.entries.claim(key, self.id, clock.now());
    if (claim.type !== "claimed") continue;
    await discard([key.slice(PREFIX.length)]);
    await store.entries.unclaim(key, self.id);
  }
}
