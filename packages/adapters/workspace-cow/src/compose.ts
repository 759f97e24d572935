import type { LayerEntry } from "@fresco/cache-keys";
import type { BytePath } from "@fresco/pipeline";
import { comparePaths } from "./paths.ts";
import { VisibleTree } from "./visible-tree.ts";

/** Several layers as one: what the last of them leaves at each path that any of them touched. */
export interface Composed {
  /** Sorted, as a manifest's. */
  readonly entries: readonly LayerEntry[];
  /** The index of the layer whose tree has the node: for written entries, and for directories that only hold some. */
  readonly origins: ReadonlyMap<BytePath, number>;
}

interface ComposedNode {
  readonly directory: boolean;
  readonly origin: number;
  /** Absent for a directory that is there only for what it holds. */
  readonly entry?: Exclude<LayerEntry, { readonly type: "deleted" }>;
}

/**
 * Composes layers, bottom to top. Laying the result on a tree gives what laying on each in turn gives. `carrier` describes a directory of
 * a layer that is no entry of it, for the case that a lower one deleted it.
 *
 * Not carried over: the attributes that a lower layer gave to a directory which an upper one deleted, where something that neither saw
 * keeps that directory alive.
 */
export function compose(
  layers: readonly (readonly LayerEntry[])[],
  carrier: (layer: number, path: BytePath) => Exclude<LayerEntry, { readonly type: "deleted" }>,
): Composed {
  const visible = new VisibleTree<ComposedNode>();
  const touched = new Map<BytePath, boolean>();
  layers.forEach((entries, origin) => {
    visible.layOn(
      entries,
      (entry) => (entry.type === "deleted" ? { directory: false, origin } : { directory: entry.type === "directory", origin, entry }),
      () => ({ directory: true, origin }),
    );
    for (const entry of entries) {
      const directory = entry.type === "directory" || (entry.type === "deleted" && entry.directory);
      touched.set(entry.path, directory || touched.get(entry.path) === true);
    }
  });
  const entries: LayerEntry[] = [];
  const origins = new Map<BytePath, number>();
  for (const [path, node] of visible.nodes) {
    origins.set(path, node.origin);
    if (node.entry !== undefined) entries.push(node.entry);
    else if (touched.has(path)) entries.push(carrier(node.origin, path));
  }
  for (const [path, directory] of touched) if (!visible.nodes.has(path)) entries.push({ type: "deleted", path, directory });
  return {
    entries: regroup(
      entries.sort((a, b) => comparePaths(a.path, b.path)),
      origins,
    ),
    origins,
  };
}

/** A group whose first name was written over is named after the first that is left. */
function regroup(entries: readonly LayerEntry[], origins: ReadonlyMap<BytePath, number>): LayerEntry[] {
  const firsts = new Map<string, BytePath>();
  return entries.map((entry) => {
    if (entry.type !== "file") return entry;
    const { link, ...file } = entry;
    const group = `${origins.get(entry.path)}:${link ?? entry.path}`;
    const first = firsts.get(group);
    if (first === undefined) firsts.set(group, entry.path);
    return first === undefined ? file : { ...file, link: first };
  });
}
