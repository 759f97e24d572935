import type { BytePath } from "@fresco/pipeline";
import { directoriesAbove } from "./directories-above.ts";
import type { LayerEntry } from "./layer-entry.ts";

/** What this run's source has, and what of it the step saw. */
export interface SourceSight {
  readonly has: (path: BytePath) => "file" | "directory" | undefined;
  readonly sees: (path: BytePath) => boolean;
  /** Is there a file below this directory of the source that the step did not see? */
  readonly unseenBelow: (directory: BytePath) => boolean;
}

/**
 * Paths of the source that a workspace layer would hide although its step did not see them (law 8): a file of the source that the layer writes,
 * a directory of the source where the layer puts something else, a file of the source beneath which the layer writes.
 */
export function hiddenSource(entries: Iterable<LayerEntry>, { has, sees, unseenBelow }: SourceSight): readonly BytePath[] {
  const hidden = new Set<BytePath>();
  for (const entry of entries) {
    if (entry.type === "deleted") continue;
    const kind = has(entry.path);
    if (kind === "file" && !sees(entry.path)) hidden.add(entry.path);
    else if (kind === "directory" && entry.type !== "directory" && unseenBelow(entry.path)) hidden.add(entry.path);
    else if (kind === undefined)
      for (const above of directoriesAbove(entry.path)) if (has(above) === "file" && !sees(above)) hidden.add(above);
  }
  return [...hidden];
}

/**
 * May a layer with this footprint hide anything at all? `false` settles it without the layer's manifest: beneath a directory that the step
 * made there is nothing of the source if the source has no such directory.
 */
export function mayHideSource(footprint: readonly BytePath[], has: SourceSight["has"]): boolean {
  return footprint.some((path) => has(path) !== undefined || directoriesAbove(path).some((above) => has(above) === "file"));
}
