import { linkSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import type { LayerEntry } from "@fresco/cache-keys";
import type { BytePath } from "@fresco/pipeline";
import { readAttributes } from "./attributes.ts";
import { type BaselineEntry, DirectoryBaseline } from "./baseline.ts";
import { clockPast } from "./clock-tick.ts";
import { list } from "./lower-stack.ts";
import { copyNode, dressLike, look, type Node, present } from "./nodes.ts";
import { child, childPath, comparePaths, ROOT, under } from "./paths.ts";
import { TimeSlice } from "./time-slice.ts";
import { VisibleTree } from "./visible-tree.ts";

/** The immutable node that a path of the workspace is a copy of. */
interface Origin extends Node {
  readonly directory: boolean;
  /** Names with one group are one file. */
  readonly group?: string;
}

/** A layer as the directory form reads it. */
export interface StackedTree {
  readonly tree: Buffer;
  readonly entries: readonly LayerEntry[];
}

/** Fills a directory with copies of what the stack shows, and remembers how they look. What was in the directory before is removed. */
export async function fillDirectory(
  directory: Buffer,
  view: readonly Buffer[],
  layers: readonly StackedTree[],
): Promise<DirectoryBaseline> {
  const visible = new VisibleTree<Origin>();
  const slice = new TimeSlice();
  await addView(visible, view, slice);
  layers.forEach(({ tree, entries }, index) => {
    visible.layOn(
      entries,
      (entry) => originIn(tree, entry, index),
      (path) => carrierIn(tree, path),
    );
  });
  empty(directory);
  const nodes = [...visible.nodes].sort(([a], [b]) => comparePaths(a, b));
  await copyAll(directory, nodes, slice);
  return snapshot(directory, nodes, slice);
}

async function addView(visible: VisibleTree<Origin>, view: readonly Buffer[], slice: TimeSlice): Promise<void> {
  const level = async (at: BytePath, directories: readonly Buffer[]): Promise<void> => {
    for (const { name, node } of list(directories)) {
      if (slice.over) await slice.pause();
      const path = childPath(at, name);
      visible.set(path, { path: node.path, stat: node.stat, directory: node.type === "directory" });
      if (node.type === "directory") await level(path, node.directories);
    }
  };
  await level(ROOT, view);
}

function originIn(tree: Buffer, entry: LayerEntry, layer: number): Origin {
  const group = entry.type === "file" ? { group: `${layer}:${entry.link ?? entry.path}` } : {};
  return { ...present(under(tree, entry.path)), directory: entry.type === "directory", ...group };
}

function carrierIn(tree: Buffer, path: BytePath): Origin {
  return { ...present(under(tree, path)), directory: true };
}

/** Removes what a directory holds. Follows no symlink. */
function empty(directory: Buffer): void {
  for (const name of readdirSync(directory, { encoding: "buffer" })) rmSync(child(directory, name), { recursive: true });
}

async function copyAll(directory: Buffer, nodes: readonly (readonly [BytePath, Origin])[], slice: TimeSlice): Promise<void> {
  const groups = new Map<string, Buffer>();
  for (const [path, origin] of nodes) {
    if (slice.over) await slice.pause();
    const to = under(directory, path);
    const first = origin.group === undefined ? undefined : groups.get(origin.group);
    if (origin.directory) mkdirSync(to, 0o700);
    else if (first !== undefined) linkSync(first, to);
    else copyNode(origin, to, readAttributes(origin.path).xattrs);
    if (origin.group !== undefined && first === undefined) groups.set(origin.group, to);
  }
  for (const [path, origin] of nodes.toReversed()) if (origin.directory) dressLike(under(directory, path), origin);
}

async function snapshot(directory: Buffer, nodes: readonly (readonly [BytePath, Origin])[], slice: TimeSlice): Promise<DirectoryBaseline> {
  const paths = new Map<BytePath, BaselineEntry>();
  let latest = 0n;
  for (const [path, origin] of nodes) {
    if (slice.over) await slice.pause();
    const stat = look(under(directory, path));
    if (stat === undefined) throw new Error(`vanished while it was prepared: ${path}`);
    if (stat.ctimeNs > latest) latest = stat.ctimeNs;
    paths.set(path, { stat, origin });
  }
  return new DirectoryBaseline(paths, await clockPast(directory, latest));
}
