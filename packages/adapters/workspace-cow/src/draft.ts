import type { BigIntStats } from "node:fs";
import type { LayerEntry } from "@fresco/cache-keys";
import { type BytePath, compileGlobs } from "@fresco/pipeline";
import type { CaptureOptions } from "@fresco/ports";
import { entryOf, type Node, type WrittenEntry } from "./nodes.ts";
import { ancestorsOf, comparePaths, within } from "./paths.ts";

/** A file of a hard-link group, which is judged when the whole group is known. */
interface Member extends Node {
  readonly relative: BytePath;
  readonly xattrs: Readonly<Record<string, string>> | undefined;
  /** The inode that was here before, when it was the same file otherwise. */
  readonly unchanged: bigint | undefined;
}

/** What one scan found, before it becomes a layer. Decides what passes on. */
export class Draft {
  readonly entries: LayerEntry[] = [];
  /** Directories that were not there before. */
  readonly created = new Set<BytePath>();
  /** Disk space of the files. */
  bytes = 0;

  readonly #passes: (path: BytePath) => boolean;
  readonly #exclude: readonly string[];
  readonly #groups = new Map<bigint, Member[]>();
  /** Directories with something written in them. */
  readonly #occupied = new Set<BytePath>();

  constructor(options: CaptureOptions) {
    const globs = options.outputs === null ? undefined : compileGlobs(options.outputs);
    this.#passes = (path) => globs === undefined || globs.matches(path);
    this.#exclude = (options.exclude ?? []).map((path) => Buffer.from(path, "utf8").toString("latin1"));
  }

  /** No part of the layer whatever happened there. */
  excludes(path: BytePath): boolean {
    return this.#exclude.some((excluded) => within(excluded, path));
  }

  /** Do the outputs let the path in? */
  passes(path: BytePath): boolean {
    return this.#passes(path);
  }

  delete(path: BytePath, directory: boolean): void {
    if (this.passes(path)) this.entries.push({ path, type: "deleted", directory });
  }

  /** A directory is part of the layer when it passes itself, or when something in it was written. Call after its content was added. */
  addDirectory(entry: WrittenEntry, created: boolean): boolean {
    if (!this.passes(entry.path) && !this.#occupied.has(entry.path)) return false;
    if (created) this.created.add(entry.path);
    this.#add(entry);
    return true;
  }

  /** A node that is no directory and passes. Answers whether it can be part of a layer at all. */
  async addLeaf(path: BytePath, node: Node, xattrs: Readonly<Record<string, string>> | undefined): Promise<boolean> {
    const entry = await entryOf(path, node, xattrs);
    if (entry === undefined) return false;
    this.#add(entry);
    this.#weigh(node.stat);
    return true;
  }

  /** A file with several names. */
  addLinked(member: Member): void {
    const group = this.#groups.get(member.stat.ino);
    if (group === undefined) this.#groups.set(member.stat.ino, [member]);
    else group.push(member);
  }

  /**
   * Judges the hard-link groups once everything was seen: a group that was the same before is no change, names that alone are left of
   * one are plain files. Answers the members that are no change.
   */
  async finishLinks(): Promise<readonly Node[]> {
    const unchanged: Node[] = [];
    for (const members of this.#groups.values()) {
      members.sort((a, b) => comparePaths(a.relative, b.relative));
      const before = members[0]?.unchanged;
      if (before !== undefined && members.every((member) => member.unchanged === before)) unchanged.push(...members);
      else await this.#addGroup(members);
    }
    this.#groups.clear();
    return unchanged;
  }

  async #addGroup([first, ...others]: readonly Member[]): Promise<void> {
    if (first === undefined) return;
    const entry = await entryOf(first.relative, first, first.xattrs);
    if (entry?.type !== "file") return;
    this.#add(entry);
    this.#weigh(first.stat);
    for (const { relative } of others) this.#add({ ...entry, path: relative, link: first.relative });
  }

  #add(entry: WrittenEntry): void {
    this.entries.push(entry);
    for (const directory of ancestorsOf(entry.path)) {
      if (this.#occupied.has(directory)) break;
      this.#occupied.add(directory);
    }
  }

  #weigh(stat: BigIntStats): void {
    const [size, allocated] = [Number(stat.size), Number(stat.blocks) * 512];
    this.bytes += Math.min(size, allocated);
  }
}

/** The paths that a layer writes, with everything beneath a created directory folded into it. Existing directories that only changed are left out. */
export function footprintOf(entries: readonly LayerEntry[], created: ReadonlySet<BytePath>): BytePath[] {
  const paths: BytePath[] = [];
  for (const entry of entries) {
    if (entry.type === "deleted" || (entry.type === "directory" && !created.has(entry.path))) continue;
    if (![...ancestorsOf(entry.path)].some((directory) => created.has(directory))) paths.push(entry.path);
  }
  return paths;
}
