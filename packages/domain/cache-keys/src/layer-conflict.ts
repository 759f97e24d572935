import type { BytePath } from "@fresco/pipeline";
import { directoriesAbove } from "./directories-above.ts";
import type { LayerEntry } from "./layer-entry.ts";

/** A layer and where its step stands in the pipeline. */
export interface Writer {
  readonly step: string;
  readonly ancestors: readonly string[];
}

/** Pairs (as indices, lower layer first) neither of which descends from the other. In a plain chain there is none, and no manifest need be read. */
export function unrelatedPairs(writers: readonly Writer[]): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  writers.forEach((upper, above) => {
    const known = new Set(upper.ancestors);
    for (let below = 0; below < above; below++) {
      const lower = writers[below];
      if (lower !== undefined && lower.step !== upper.step && !known.has(lower.step) && !lower.ancestors.includes(upper.step))
        pairs.push([below, above]);
    }
  });
  return pairs;
}

/**
 * The first path that both write where one of them writes a non-directory there or above it: whichever layer lay on top would hide what the
 * other wrote. The same content is a conflict too, or a change to one step could turn a working pipeline into a failing one later.
 * Deletions are none.
 */
export function conflictingPath(a: readonly LayerEntry[], b: readonly LayerEntry[]): BytePath | undefined {
  const found = [hidden(a, b), hidden(b, a)].filter((path) => path !== undefined);
  return found.reduce<BytePath | undefined>((first, path) => (first === undefined || path < first ? path : first), undefined);
}

/** The first path of `a` at which, or above which, `b` writes a non-directory. */
function hidden(a: readonly LayerEntry[], b: readonly LayerEntry[]): BytePath | undefined {
  const leaves = new Set<BytePath>();
  for (const entry of b) if (entry.type !== "deleted" && entry.type !== "directory") leaves.add(entry.path);
  if (leaves.size === 0) return undefined;
  return a.find(
    (entry) => entry.type !== "deleted" && (leaves.has(entry.path) || directoriesAbove(entry.path).some((above) => leaves.has(above))),
  )?.path;
}
