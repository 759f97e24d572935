import { readdirSync, rmdirSync, rmSync, unlinkSync } from "node:fs";
import type { BytePath } from "@fresco/pipeline";
import { type Attributes, readAttributes } from "./attributes.ts";
import type { Draft } from "./draft.ts";
import { list, type LowerNode, lookUp } from "./lower-stack.ts";
import { native } from "./native.ts";
import { OpenedDirectories } from "./opened-directories.ts";
import { entryOf, isWhiteout, look, type Node, sameNode } from "./nodes.ts";
import { child, childPath, ROOT } from "./paths.ts";
import { TimeSlice } from "./time-slice.ts";

interface Level {
  readonly path: BytePath;
  readonly upper: Buffer;
  /** The directories that this one lies on, topmost first. Empty: it is new. */
  readonly lower: readonly Buffer[];
  /** The overlay did not show `lower` through this directory: it had been removed and made again. */
  readonly hides: boolean;
}

/**
 * Reads the upper directory of an overlay into a draft, and normalises it in place: what does not pass on, what equals the file below it,
 * whiteouts and the overlay's own attributes are removed, so that the directory holds exactly what was written.
 */
export class OverlayCapture {
  readonly #draft: Draft;
  readonly #slice = new TimeSlice();
  /** Directories that are in the layer only for what they hold, inner ones first. */
  readonly #carriers: Buffer[] = [];
  readonly #opened = new OpenedDirectories();

  constructor(draft: Draft) {
    this.#draft = draft;
  }

  async run(upper: Buffer, lower: readonly Buffer[]): Promise<void> {
    strip(upper, readAttributes(upper));
    await this.#level({ path: ROOT, upper, lower, hides: false });
    for (const { path } of await this.#draft.finishLinks()) unlinkSync(path);
  }

  /** Removes directories that hold nothing in the end, and gives all others their modes back. Call when the whiteouts are written. */
  finish(): void {
    for (const directory of this.#carriers) {
      try {
        rmdirSync(directory);
      } catch (error) {
        if (!(error instanceof Error) || !("code" in error) || error.code !== "ENOTEMPTY") throw error;
      }
    }
    this.#opened.close();
  }

  async #level(level: Level): Promise<void> {
    const names = readdirSync(level.upper, { encoding: "buffer" });
    for (const name of names) {
      if (this.#slice.over) await this.#slice.pause();
      await this.#entry(level, name);
    }
    if (!level.hides) return;
    const kept = new Set(names.map((name) => name.toString("latin1")));
    for (const { name, node } of list(level.lower)) {
      if (!kept.has(name.toString("latin1"))) this.#delete(childPath(level.path, name), node);
    }
  }

  async #entry(level: Level, name: Buffer): Promise<void> {
    const path = childPath(level.path, name);
    const at = child(level.upper, name);
    if (this.#draft.excludes(path)) return rmSync(at, { recursive: true });
    const stat = look(at);
    if (stat === undefined) return;
    const below = level.lower.length === 0 ? undefined : lookUp(level.lower, name);
    if (isWhiteout(stat)) {
      unlinkSync(at);
      if (below !== undefined) this.#delete(path, below);
    } else if (stat.isDirectory()) {
      await this.#directory(level, path, { path: at, stat }, below);
    } else {
      await this.#leaf(path, { path: at, stat }, below);
    }
  }

  async #directory(level: Level, path: BytePath, node: Node, below: LowerNode | undefined): Promise<void> {
    this.#opened.open(node);
    const attributes = readAttributes(node.path);
    strip(node.path, attributes);
    const merged = below?.type === "directory" ? below : undefined;
    await this.#level({
      path,
      upper: node.path,
      lower: merged?.directories ?? [],
      hides: merged !== undefined && (level.hides || attributes.opaque),
    });
    const changed =
      merged === undefined ||
      !(await sameNode({ ...node, xattrs: attributes.xattrs }, { ...merged, xattrs: readAttributes(merged.path).xattrs }));
    const entry = changed ? await entryOf(path, node, attributes.xattrs) : undefined;
    if (entry === undefined || !this.#draft.addDirectory(entry, merged === undefined)) this.#carriers.push(node.path);
  }

  async #leaf(path: BytePath, node: Node, below: LowerNode | undefined): Promise<void> {
    if (below?.type === "directory") this.#deleteContent(path, below.directories);
    if (!this.#draft.passes(path)) return unlinkSync(node.path);
    const attributes = readAttributes(node.path);
    strip(node.path, attributes);
    const { xattrs } = attributes;
    const same = below?.type === "leaf" && (await sameNode({ ...node, xattrs }, { ...below, xattrs: readAttributes(below.path).xattrs }));
    if (node.stat.nlink > 1n && node.stat.isFile()) {
      this.#draft.addLinked({ ...node, relative: path, xattrs, unchanged: same ? below.stat.ino : undefined });
    } else if (same) {
      unlinkSync(node.path);
    } else if (!(await this.#draft.addLeaf(path, node, xattrs))) {
      unlinkSync(node.path);
      if (below !== undefined) this.#draft.delete(path, below.type === "directory");
    }
  }

  #delete(path: BytePath, node: LowerNode): void {
    if (this.#draft.excludes(path)) return;
    this.#draft.delete(path, node.type === "directory");
    if (node.type === "directory") this.#deleteContent(path, node.directories);
  }

  #deleteContent(path: BytePath, directories: readonly Buffer[]): void {
    for (const { name, node } of list(directories)) this.#delete(childPath(path, name), node);
  }
}

function strip(path: Buffer, attributes: Attributes): void {
  for (const name of attributes.overlay) native().removeXattr(path, name);
}
