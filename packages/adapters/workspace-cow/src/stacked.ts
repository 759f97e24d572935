import type { LayerEntry } from "@fresco/cache-keys";
import type { BytePath } from "@fresco/pipeline";
import { ancestorsOf } from "./paths.ts";
import { whiteoutsOf } from "./whiteouts.ts";

/** A layer as stacking reads it: its tree and what its manifest means for the layers beneath. */
export interface Stacked {
  /** Names the content of `tree`: a layer's id, or that of a flattened group. */
  readonly id: string;
  readonly tree: string;
  readonly entries: readonly LayerEntry[];
  /** What the step saw and removed. */
  readonly deleted: ReadonlySet<BytePath>;
  /** Where the tree has whiteouts. */
  readonly whiteouts: readonly BytePath[];
  /** Directories that are entries themselves. */
  readonly directories: ReadonlySet<BytePath>;
  /** Directories that are in the tree only for what they hold. `true`: they hold nothing but whiteouts. */
  readonly carriers: ReadonlyMap<BytePath, boolean>;
}

/** Reads a manifest once for all the stacks that the layer will be in. */
export function stacked(id: string, tree: string, entries: readonly LayerEntry[]): Stacked {
  const deleted = new Set<BytePath>();
  const directories = new Set<BytePath>();
  for (const entry of entries) {
    if (entry.type === "deleted") deleted.add(entry.path);
    else if (entry.type === "directory") directories.add(entry.path);
  }
  const whiteouts = whiteoutsOf(entries);
  const carriers = new Map<BytePath, boolean>();
  for (const path of whiteouts) for (const above of ancestorsOf(path)) if (!directories.has(above)) carriers.set(above, true);
  for (const entry of entries) {
    if (entry.type === "deleted") continue;
    for (const above of ancestorsOf(entry.path)) {
      if (directories.has(above)) continue;
      if (carriers.get(above) === false) break;
      carriers.set(above, false);
    }
  }
  return { id, tree, entries, deleted, whiteouts, directories, carriers };
}
