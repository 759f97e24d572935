import { readdirSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { LayerEntry } from "@fresco/cache-keys";
import type { BytePath } from "@fresco/pipeline";
import { FrescoError, type LayerRef } from "@fresco/ports";
import { readAttributes } from "./attributes.ts";
import { readManifest, treeOf } from "./layer-files.ts";
import { entryOf, isWhiteout, look } from "./nodes.ts";
import { ancestorsOf, child, childPath, ROOT } from "./paths.ts";
import { TimeSlice } from "./time-slice.ts";
import { whiteoutsOf } from "./whiteouts.ts";

/** Reads a layer whole: does its tree hold exactly what its manifest says, and is the manifest the one that its digest names? */
export async function verifyLayer(layer: LayerRef): Promise<boolean> {
  try {
    return await holds(Buffer.from(treeOf(layer)), readManifest(layer));
  } catch (error) {
    if (error instanceof FrescoError && error.code === "layer.damaged") return false;
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EIO")) return false;
    throw error;
  }
}

async function holds(tree: Buffer, entries: readonly LayerEntry[]): Promise<boolean> {
  const expected = new Map<BytePath, LayerEntry>();
  const carriers = new Set<BytePath>();
  const whiteouts = new Set(process.platform === "linux" ? whiteoutsOf(entries) : []);
  for (const entry of entries) {
    if (entry.type !== "deleted") expected.set(entry.path, entry);
    for (const directory of ancestorsOf(entry.path)) carriers.add(directory);
  }
  const slice = new TimeSlice();
  const inodes = new Map<bigint, BytePath>();

  const level = async (directory: Buffer, at: BytePath): Promise<boolean> => {
    for (const name of readdirSync(directory, { encoding: "buffer" }).sort(Buffer.compare)) {
      if (slice.over) await slice.pause();
      if (!(await node(child(directory, name), childPath(at, name)))) return false;
    }
    return true;
  };
  const node = async (path: Buffer, at: BytePath): Promise<boolean> => {
    const stat = look(path);
    if (stat === undefined) return false;
    if (isWhiteout(stat)) return whiteouts.delete(at);
    const entry = expected.get(at);
    expected.delete(at);
    if (entry === undefined && !(stat.isDirectory() && carriers.has(at))) return false;
    if (entry !== undefined) {
      const found = await entryOf(at, { path, stat }, readAttributes(path).xattrs);
      if (!isDeepStrictEqual(found, plain(entry))) return false;
      if (entry.type === "file" && !linked(at, entry.link, stat.ino)) return false;
    }
    return !stat.isDirectory() || level(path, at);
  };
  /** Names of one group share an inode, others share none. */
  const linked = (at: BytePath, first: BytePath | undefined, inode: bigint): boolean => {
    groups.push({ at, first: first ?? at, inode });
    return true;
  };
  const groups: { readonly at: BytePath; readonly first: BytePath; readonly inode: bigint }[] = [];

  if (!(await level(tree, ROOT)) || expected.size > 0 || whiteouts.size > 0) return false;
  for (const { at, first, inode } of groups) if (at === first) inodes.set(inode, at);
  return groups.every(({ first, inode }) => inodes.get(inode) === first);
}

/** An entry as reading a single node gives it. */
function plain(entry: LayerEntry): LayerEntry {
  if (entry.type !== "file" || entry.link === undefined) return entry;
  const { link: _, ...file } = entry;
  return file;
}
