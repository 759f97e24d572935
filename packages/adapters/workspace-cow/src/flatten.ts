import { chmodSync, mkdirSync } from "node:fs";
import type { LayerEntry } from "@fresco/cache-keys";
import type { BytePath } from "@fresco/pipeline";
import { readAttributes } from "./attributes.ts";
import { compose } from "./compose.ts";
import { dressLike, linkOrCopy, look, modeOf, type Node, present } from "./nodes.ts";
import { comparePaths, under } from "./paths.ts";
import { type Stacked, stacked } from "./stacked.ts";
import { TimeSlice } from "./time-slice.ts";
import { writeWhiteouts } from "./whiteouts.ts";

/** Looking a name up costs more with every lower directory, and one mount takes 500; beyond this many layers the bottom ones are merged. */
export const MOST_LAYERS = 32;
/** How many layers become one. Groups are counted from the bottom, so that a growing stack meets the same groups again. */
const GROUP = 16;

/** Which layers to merge: indices, bottom to top, one array a lower directory. Whole groups only, as many times over as it takes. */
export function flattenedGroups(count: number, most = MOST_LAYERS): number[][] {
  let groups = Array.from({ length: count }, (_, index) => [index]);
  while (groups.length > most && groups.length >= GROUP) {
    const whole = Math.floor(groups.length / GROUP);
    const merged = Array.from({ length: whole }, (_, index) => groups.slice(index * GROUP, (index + 1) * GROUP).flat());
    groups = [...merged, ...groups.slice(whole * GROUP)];
  }
  return groups;
}

/** Merges layers into one at `tree`, which does not exist: files are hard-linked, so that a merge costs no space. */
export async function flatten(id: string, layers: readonly Stacked[], tree: string): Promise<Stacked> {
  const trees = layers.map((layer) => Buffer.from(layer.tree));
  const nodeIn = (origin: number, path: BytePath): Node => present(under(trees[origin] ?? Buffer.alloc(0), path));
  const { entries, origins } = compose(
    layers.map((layer) => layer.entries),
    (origin, path) => directoryEntry(path, nodeIn(origin, path)),
  );
  const slice = new TimeSlice();
  const root = Buffer.from(tree);
  mkdirSync(tree);
  chmodSync(tree, 0o755);
  const nodes = [...origins]
    .sort(([a], [b]) => comparePaths(a, b))
    .map(([path, origin]) => ({ to: under(root, path), from: nodeIn(origin, path) }));
  for (const { to, from } of nodes) {
    if (slice.over) await slice.pause();
    if (from.stat.isDirectory()) mkdirSync(to, 0o700);
    else linkOrCopy(from, to);
  }
  writeWhiteouts(root, entries, (path) => directoryAt(trees, path) ?? present(root));
  for (const { to, from } of nodes.reverse()) if (from.stat.isDirectory()) dressLike(to, from);
  return stacked(id, tree, entries);
}

/** The topmost layer's directory at a path. */
function directoryAt(trees: readonly Buffer[], path: BytePath): Node | undefined {
  for (const tree of trees.toReversed()) {
    const at = under(tree, path);
    const stat = look(at);
    if (stat?.isDirectory() === true) return { path: at, stat };
  }
  return undefined;
}

function directoryEntry(path: BytePath, { path: at, stat }: Node): Exclude<LayerEntry, { readonly type: "deleted" }> {
  const { xattrs } = readAttributes(at);
  return {
    type: "directory",
    path,
    mode: modeOf(stat),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    ...(xattrs === undefined ? {} : { xattrs }),
  };
}
