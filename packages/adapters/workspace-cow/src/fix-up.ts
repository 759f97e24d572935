import { chmodSync, mkdirSync } from "node:fs";
import type { BytePath } from "@fresco/pipeline";
import { readAttributes, sameAttributes } from "./attributes.ts";
import { list, type LowerNode, lookUpPath } from "./lower-stack.ts";
import { dressLike, linkOrCopy, makeWhiteout, type Node, present } from "./nodes.ts";
import { ancestorsOf, childPath, comparePaths, parentOf, ROOT, under } from "./paths.ts";
import type { Stacked } from "./stacked.ts";
import { TimeSlice } from "./time-slice.ts";
import { makeAncestors } from "./whiteouts.ts";

/** One thing that a layer would show wrongly over what lies beneath it here, although its step never touched it. */
type Correction =
  /** Its whiteout hides an entry that its step did not see. */
  | { readonly path: BytePath; readonly type: "unseen"; readonly node: LowerNode }
  /** Its tree has a directory to hold whiteouts, where there is no directory here. */
  | { readonly path: BytePath; readonly type: "absent" }
  /** Its directory shows the wrong attributes, or would list whiteouts: this one is laid over it. */
  | { readonly path: BytePath; readonly type: "directory"; readonly node: Node };

/**
 * Puts right what one layer would hide or change without having seen it, given what lies beneath it in this stack (topmost first): makes
 * a small directory at `at`, to be laid directly above the layer. `listed`: directories that are entries of layers beneath.
 * `undefined`: nothing to put right, which is the rule.
 */
export async function fixUp(
  layer: Stacked,
  beneath: readonly Buffer[],
  listed: ReadonlySet<BytePath>,
  at: string,
): Promise<string | undefined> {
  const corrections = await correctionsFor(layer, beneath, listed);
  if (corrections.length === 0) return undefined;
  const tree = Buffer.from(at);
  mkdirSync(at);
  chmodSync(at, 0o755);
  const shown = [Buffer.from(layer.tree), ...beneath];
  const directories: { readonly to: Buffer; readonly like: Node }[] = [];
  for (const correction of corrections.sort((a, b) => comparePaths(a.path, b.path))) {
    const to = under(tree, correction.path);
    makeAncestors(tree, correction.path, (path) => lookUpPath(shown, path) ?? present(tree));
    if (correction.type === "absent") makeWhiteout(to);
    else if (correction.type === "directory" || correction.node.type === "directory") {
      mkdirSync(to, 0o700);
      directories.push({ to, like: correction.node });
    } else linkOrCopy(correction.node, to);
  }
  for (const { to, like } of directories.reverse()) dressLike(to, like);
  return at;
}

async function correctionsFor(layer: Stacked, beneath: readonly Buffer[], listed: ReadonlySet<BytePath>): Promise<Correction[]> {
  const unseen = new UnseenEntries(layer.deleted);
  const corrections: Correction[] = [];
  for (const path of layer.whiteouts) {
    const node = lookUpPath(beneath, path);
    if (node?.type === "directory") corrections.push(...(await unseen.below(path, node)));
  }
  return [...corrections, ...directoryCorrections(layer, beneath, listed)];
}

class UnseenEntries {
  readonly #deleted: ReadonlySet<BytePath>;
  readonly #slice = new TimeSlice();

  constructor(deleted: ReadonlySet<BytePath>) {
    this.#deleted = deleted;
  }

  /** What stays of a removed directory: itself, with whatever the step did not see in it. Nothing, when that is nothing. */
  async below(path: BytePath, node: LowerNode & { readonly type: "directory" }): Promise<Correction[]> {
    const kept: Correction[] = [];
    for (const entry of list(node.directories)) {
      if (this.#slice.over) await this.#slice.pause();
      const at = childPath(path, entry.name);
      if (entry.node.type === "directory") kept.push(...(await this.below(at, entry.node)));
      else if (!this.#deleted.has(at)) kept.push({ type: "unseen", path: at, node: entry.node });
    }
    if (kept.length > 0 || !this.#deleted.has(path)) kept.push({ type: "unseen", path, node });
    return kept;
  }
}

function directoryCorrections(layer: Stacked, beneath: readonly Buffer[], listed: ReadonlySet<BytePath>): Correction[] {
  const tree = Buffer.from(layer.tree);
  const corrections = new Map<BytePath, Correction>();
  for (const path of holdersOf(layer.whiteouts)) {
    const absent = outermostAbsent(path, layer, beneath);
    if (absent !== undefined) corrections.set(absent.path, absent);
    // The kernel hides whiteouts only in directories that it merges: in one that stands alone their names would be listed.
    else if (lookUpPath(beneath, path)?.type !== "directory")
      corrections.set(path, { type: "directory", path, node: present(under(tree, path)) });
  }
  for (const path of layer.carriers.keys()) {
    if (!listed.has(path)) continue;
    const below = lookUpPath(beneath, path);
    if (below?.type === "directory" && !sameDirectory(below, present(under(tree, path))))
      corrections.set(path, { type: "directory", path, node: below });
  }
  return [...corrections.values()];
}

/** The directories that hold these paths, without the root, which is always merged with the writable layer's. */
function holdersOf(paths: readonly BytePath[]): ReadonlySet<BytePath> {
  const holders = new Set<BytePath>();
  for (const path of paths) {
    const parent = parentOf(path);
    if (parent !== undefined && parent !== ROOT) holders.add(parent);
  }
  return holders;
}

/** The outermost of a path and the directories above it that holds nothing but whiteouts and is no directory here. */
function outermostAbsent(path: BytePath, layer: Stacked, beneath: readonly Buffer[]): Correction | undefined {
  let found: Correction | undefined;
  for (const directory of [path, ...ancestorsOf(path)]) {
    if (layer.carriers.get(directory) !== true) break;
    const node = lookUpPath(beneath, directory);
    if (node?.type === "directory") break;
    found = node === undefined ? { type: "absent", path: directory } : { type: "unseen", path: directory, node };
  }
  return found;
}

function sameDirectory(a: Node, b: Node): boolean {
  return (
    a.stat.mode === b.stat.mode &&
    a.stat.uid === b.stat.uid &&
    a.stat.gid === b.stat.gid &&
    sameAttributes(readAttributes(a.path).xattrs, readAttributes(b.path).xattrs)
  );
}
