import type { Clock, EntryStore } from "@fresco/ports";

/** How long a step waits for another owner's result before it computes for itself, in milliseconds. */
export const CLAIM_PATIENCE = 10 * 60_000;
const POLL = 50;

export type ClaimOutcome<Hit> =
  /** Another owner computed it meanwhile. */
  | { readonly type: "arrived"; readonly hit: Hit }
  /** Compute it, and store it. */
  | { readonly type: "claimed" }
  /** Compute it without storing: the holder takes too long. */
  | { readonly type: "impatient" }
  | { readonly type: "stopped" };

export interface ClaimRequest<Hit> {
  readonly key: string;
  readonly owner: string;
  readonly lookUp: () => Promise<Hit | undefined>;
  readonly onWaiting: (holder: { readonly owner: string; readonly run: string | undefined }) => void;
  readonly stopped: () => boolean;
  /** `false`: claim without looking whether the result arrived. */
  readonly read: boolean;
  /** Milliseconds to wait for a living holder. */
  readonly patience: number;
}

/**
 * Two owners that need the same key do not both compute it: the second waits for the first one's result, and takes over when the holder is gone or has
 * given up (a failure is not inherited). The holder's death shows in its lock, which `claim` asks, so polling is enough and nothing can be missed.
 */
export async function claimKey<Hit>(entries: EntryStore, clock: Clock, request: ClaimRequest<Hit>): Promise<ClaimOutcome<Hit>> {
  const since = clock.now();
  let told = false;
  for (;;) {
    if (request.stopped()) return { type: "stopped" };
    const claim = await entries.claim(request.key, request.owner, clock.now());
    if (claim.type === "claimed") {
      // Between the look-up that missed and this claim another owner may have stored it.
      const hit = request.read ? await request.lookUp() : undefined;
      if (hit === undefined) return { type: "claimed" };
      await entries.unclaim(request.key, request.owner);
      return { type: "arrived", hit };
    }
    if (!told) request.onWaiting(claim);
    told = true;
    if (clock.now() - since > request.patience) return { type: "impatient" };
    await new Promise<void>((resolve) => clock.after(POLL, resolve));
  }
}
