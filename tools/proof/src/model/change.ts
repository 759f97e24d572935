import { chmodSync, lstatSync, mkdirSync, rmdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { isDeepStrictEqual } from "node:util";
import { matchesAny } from "./glob.ts";
import { linkWithin, makeParents, parentsOf, within, type Tree, type TreeNode } from "./tree.ts";

/** What a step changed, relative to what it saw. */
export interface Change {
  readonly written: Tree;
  /** Everything that the step saw and that is gone; a deleted directory stands with all that was in it. */
  readonly deleted: ReadonlyMap<string, "directory" | "other">;
  /** Which execution gave it, where that makes a difference. */
  readonly execution?: number;
}

export function isEmpty(change: Change): boolean {
  return change.written.size === 0 && change.deleted.size === 0;
}

/** The difference between a workspace before and after a step. */
export function changeBetween(before: Tree, after: Tree): Change {
  const deleted = new Map<string, "directory" | "other">();
  for (const [path, node] of before) {
    if (!after.has(path)) deleted.set(path, node.type === "directory" ? "directory" : "other");
  }
  const written = new Map<string, TreeNode>();
  for (const [path, node] of after) {
    if (!isSame(before.get(path), node)) written.set(path, node);
  }
  return { written, deleted };
}

/** A file that merely lost another of its names is unchanged. */
function isSame(before: TreeNode | undefined, after: TreeNode): boolean {
  if (before?.type !== "file" || after.type !== "file") return isDeepStrictEqual(before, after);
  return before.mode === after.mode && before.content === after.content && after.links.every((path) => before.links.includes(path));
}

/** The part of a change that passes on: what the patterns name, and written directories above it. */
export function keep(change: Change, outputs: readonly string[] | null): Change {
  if (outputs === null) return change;
  const named = [...change.written.keys()].filter((path) => matchesAny(outputs, path));
  const above = new Set(named.flatMap(parentsOf));
  const written = new Map<string, TreeNode>();
  for (const [path, node] of change.written) {
    if (named.includes(path)) written.set(path, restrictLinks(node, named));
    else if (above.has(path) && node.type === "directory") written.set(path, node);
  }
  return { written, deleted: new Map([...change.deleted].filter(([path]) => matchesAny(outputs, path))) };
}

function restrictLinks(node: TreeNode, kept: readonly string[]): TreeNode {
  if (node.type !== "file") return node;
  const links = node.links.filter((path) => kept.includes(path));
  return { ...node, links: links.length > 1 ? links : [] };
}

/** Applies a change to a directory: deletions entry by entry, a directory only if nothing else is in it; then what was written. */
export function applyChange(change: Change, directory: string): void {
  for (const [path, kind] of [...change.deleted].sort(byPath).reverse()) removeEntry(directory, path, kind);
  for (const [path, node] of [...change.written].sort(byPath)) writeNode(directory, path, node);
  // A mode without write permission must not get in the way of what lies inside.
  for (const [path, node] of change.written) {
    if (node.type === "directory") chmodSync(within(directory, path), node.mode);
  }
}

/** Makes a directory's content equal to a tree of files. */
export function writeTree(tree: Tree, directory: string): void {
  applyChange({ written: tree, deleted: new Map() }, directory);
}

function byPath(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1;
}

function removeEntry(directory: string, path: string, kind: "directory" | "other"): void {
  const stat = lstatSync(within(directory, path), { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (kind === "other" && !stat.isDirectory()) rmSync(within(directory, path));
  if (kind === "directory" && stat.isDirectory()) removeIfEmpty(within(directory, path));
}

function removeIfEmpty(path: Buffer): void {
  try {
    rmdirSync(path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOTEMPTY")) throw error;
  }
}

function writeNode(directory: string, path: string, node: TreeNode): void {
  const target = within(directory, path);
  makeParents(directory, path);
  const existing = lstatSync(target, { throwIfNoEntry: false });
  if (node.type === "directory") {
    if (existing !== undefined && !existing.isDirectory()) rmSync(target);
    if (existing === undefined || !existing.isDirectory()) mkdirSync(target, 0o755);
    return;
  }
  if (existing !== undefined) rmSync(target, { recursive: true });
  if (node.type === "symlink") symlinkSync(Buffer.from(node.target, "latin1"), target);
  else if (node.type === "fifo") makeFifo(target, node.mode);
  else writeFile(directory, path, node);
}

function writeFile(directory: string, path: string, node: TreeNode & { type: "file" }): void {
  const first = node.links[0];
  if (first !== undefined && first !== path) return linkWithin(directory, first, path);
  writeFileSync(within(directory, path), node.content, { encoding: "latin1" });
  chmodSync(within(directory, path), node.mode);
}

function makeFifo(path: Buffer, mode: number): void {
  // Node makes no FIFOs. The names of FIFOs in generated pipelines are plain ASCII.
  execFileSync("mkfifo", ["-m", mode.toString(8), path.toString("latin1")]);
}
