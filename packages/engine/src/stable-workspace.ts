import type { Clock, EntryStore, GoneOwner } from "@fresco/ports";
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

/** The stable workspaces that an owner had taken. */
export function stableWorkspacesOf(owner: GoneOwner): readonly string[] {
  return owner.claims.flatMap((claim) => (claim.startsWith(PREFIX) ? [claim.slice(PREFIX.length)] : []));
}
