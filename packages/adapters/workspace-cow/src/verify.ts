import { readdirSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { LayerEntry } from "@fresco/cache-keys";
import type { BytePath } from "@fresco/pipeline";
import { FrescoError, type LayerRef } from "@fresco/ports";
import { readAttributes } from "./attributes.ts";
import { readManifest, treeOf } from "./layer-files.ts";
import { entryOf, isWhiteout, present } from "./nodes.ts";
import { ancestorsOf, child, childPath, ROOT } from "./paths.ts";
import { TimeSlice } from "./time-slice.ts";
import { whiteoutsOf } from "./whiteouts.ts";

/** Reads a layer whole: does its tree hold exactly what its manifest says, and is the manifest the one that its digest names? */
export async function verifyLayer(layer: LayerRef): Promise<boolean> {
  try {
    const inspection = new Inspection(readManifest(layer));
    return (await inspection.level(Buffer.from(treeOf(layer)), ROOT)) && inspection.complete();
  } catch (error) {
    if (error instanceof FrescoError && error.code === "layer.damaged") return false;
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EIO")) return false;
    throw error;
  }
}

/** Ticks off a manifest's entries while a tree is read. */
class Inspection {
  readonly #expected = new Map<BytePath, LayerEntry>();
  /** Directories that may be in the tree only for what they hold. */
  readonly #carriers = new Set<BytePath>();
  readonly #whiteouts: Set<BytePath>;
  /** The inode of each file, beside the first name of its hard-link group. */
  readonly #files: { readonly first: BytePath; readonly inode: bigint }[] = [];
  readonly #slice = new TimeSlice();

  constructor(entries: readonly LayerEntry[]) {
    this.#whiteouts = new Set(process.platform === "linux" ? whiteoutsOf(entries) : []);
    for (const entry of entries) {
      if (entry.type !== "deleted") this.#expected.set(entry.path, entry);
      for (const directory of ancestorsOf(entry.path)) this.#carriers.add(directory);
    }
  }

  /** Is everything in this directory as expected? */
  async level(directory: Buffer, at: BytePath): Promise<boolean> {
    for (const name of readdirSync(directory, { encoding: "buffer" })) {
      if (this.#slice.over) await this.#slice.pause();
      if (!(await this.#node(child(directory, name), childPath(at, name)))) return false;
    }
    return true;
  }

  /** Was everything there, and are the names of a group, and no others, one file? */
  complete(): boolean {
    if (this.#expected.size > 0 || this.#whiteouts.size > 0) return false;
    const groups = new Map(this.#files.map(({ first, inode }) => [first, inode]));
    const inodes = new Set(groups.values());
    return inodes.size === groups.size && this.#files.every(({ first, inode }) => groups.get(first) === inode);
  }

  async #node(path: Buffer, at: BytePath): Promise<boolean> {
    const { stat } = present(path);
    if (isWhiteout(stat)) return this.#whiteouts.delete(at);
    const entry = this.#expected.get(at);
    if (entry === undefined && !(stat.isDirectory() && this.#carriers.has(at))) return false;
    if (entry !== undefined) {
      this.#expected.delete(at);
      const found = await entryOf(at, { path, stat }, readAttributes(path).xattrs);
      if (!isDeepStrictEqual(found, alone(entry))) return false;
      if (entry.type === "file") this.#files.push({ first: entry.link ?? at, inode: stat.ino });
    }
    return !stat.isDirectory() || this.level(path, at);
  }
}

/** An entry as reading its node by itself gives it. */
function alone(entry: LayerEntry): LayerEntry {
  if (entry.type !== "file") return entry;
  const { link: _, ...file } = entry;
  return file;
}
