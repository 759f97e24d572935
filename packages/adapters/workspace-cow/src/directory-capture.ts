import { mkdirSync, readdirSync, renameSync } from "node:fs";
import type { LayerEntry } from "@fresco/cache-keys";
import type { BytePath } from "@fresco/pipeline";
import { readAttributes } from "./attributes.ts";
import type { DirectoryBaseline } from "./baseline.ts";
import type { Draft } from "./draft.ts";
import { OpenedDirectories } from "./opened-directories.ts";
import { copyNode, dress, entryOf, isWhiteout, look, type Node, sameNode, setTimes } from "./nodes.ts";
import { child, childPath, ROOT, under } from "./paths.ts";
import { TimeSlice } from "./time-slice.ts";
import { makeAncestors } from "./whiteouts.ts";

/** Compares a directory with what it held before its step, and moves what was written into a layer's tree. */
export class DirectoryCapture {
  readonly #draft: Draft;
  readonly #baseline: DirectoryBaseline;
  readonly #slice = new TimeSlice();
  readonly #seen = new Set<BytePath>();
  readonly #opened = new OpenedDirectories();

  constructor(draft: Draft, baseline: DirectoryBaseline) {
    this.#draft = draft;
    this.#baseline = baseline;
  }

  /** Fills the draft. */
  async run(directory: Buffer): Promise<void> {
    await this.#level(ROOT, directory);
    await this.#draft.finishLinks();
    for (const [path, { stat }] of this.#baseline.paths) {
      if (!this.#seen.has(path) && !this.#draft.excludes(path)) this.#draft.delete(path, stat.isDirectory());
    }
  }

  async #level(path: BytePath, directory: Buffer): Promise<void> {
    for (const name of readdirSync(directory, { encoding: "buffer" })) {
      if (this.#slice.over) await this.#slice.pause();
      const at = child(directory, name);
      const relative = childPath(path, name);
      const stat = this.#draft.excludes(relative) ? undefined : look(at);
      if (stat === undefined) continue;
      if (stat.isDirectory()) await this.#directory(relative, { path: at, stat });
      else await this.#leaf(relative, { path: at, stat });
    }
  }

  async #directory(path: BytePath, node: Node): Promise<void> {
    const before = this.#baseline.paths.get(path);
    this.#seen.add(path);
    this.#opened.open(node);
    await this.#level(path, node.path);
    const existed = before?.stat.isDirectory() === true;
    if (existed && (this.#baseline.untouched(before, node.stat) || (await same(node, before.origin)))) return;
    const entry = await entryOf(path, node, readAttributes(node.path).xattrs);
    if (entry !== undefined) this.#draft.addDirectory(entry, !existed);
  }

  async #leaf(path: BytePath, node: Node): Promise<void> {
    // A device 0:0 would be a whiteout once it lies in a layer, and a socket means nothing without its process.
    if (isWhiteout(node.stat) || node.stat.isSocket()) return;
    const before = this.#baseline.paths.get(path);
    const passes = this.#draft.passes(path);
    if (passes || (before !== undefined && !before.stat.isDirectory())) this.#seen.add(path);
    if (!passes || (before !== undefined && this.#baseline.untouched(before, node.stat))) return;
    const unchanged = before !== undefined && (await same(node, before.origin));
    const { xattrs } = readAttributes(node.path);
    if (node.stat.nlink > 1n && node.stat.isFile()) {
      this.#draft.addLinked({ ...node, relative: path, xattrs, unchanged: unchanged ? before.stat.ino : undefined });
    } else if (!unchanged) {
      await this.#draft.addLeaf(path, node, xattrs);
    }
  }

  /** Moves what the draft took from `directory` into `tree`, which does not exist yet. Whiteouts may be added before {@link finish}. */
  realise(directory: Buffer, tree: Buffer, entries: readonly LayerEntry[]): void {
    mkdirSync(tree, 0o755);
    for (const entry of entries) {
      if (entry.type === "deleted") continue;
      makeAncestors(tree, entry.path, (path) => this.seen(directory, path));
      if (entry.type === "directory") mkdirSync(under(tree, entry.path), 0o700);
      else move(under(directory, entry.path), under(tree, entry.path));
    }
  }

  /** Gives the filled directories their attributes. */
  finish(tree: Buffer, directory: Buffer, entries: readonly LayerEntry[]): void {
    for (const entry of entries.toReversed()) {
      if (entry.type !== "directory") continue;
      const to = under(tree, entry.path);
      dress(to, entry);
      const stat = look(under(directory, entry.path));
      if (stat !== undefined) setTimes(to, stat);
    }
    this.#opened.close();
  }

  /** The directory that the step saw at a path, or left there. */
  seen(directory: Buffer, path: BytePath): Node | undefined {
    const at = under(directory, path);
    const stat = look(at);
    return stat?.isDirectory() === true ? { path: at, stat } : this.#baseline.paths.get(path)?.origin;
  }
}

function same(node: Node, origin: Node): Promise<boolean> {
  return sameNode({ ...node, xattrs: readAttributes(node.path).xattrs }, { ...origin, xattrs: readAttributes(origin.path).xattrs });
}

function move(from: Buffer, to: Buffer): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error.code !== "EXDEV") throw error;
    const stat = look(from);
    if (stat !== undefined) copyNode({ path: from, stat }, to, readAttributes(from).xattrs);
  }
}
