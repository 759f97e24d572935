import { linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * Everything in a directory by path, the directory itself left out. Paths and contents are bytes, one character each (latin1),
 * so that odd names survive and trees compare by plain deep equality.
 */
export type Tree = ReadonlyMap<string, TreeNode>;

export type TreeNode =
  /** `links`: all names of this file in the tree, its own included, sorted; empty when it has one name only. */
  | { readonly type: "file"; readonly mode: number; readonly content: string; readonly links: readonly string[] }
  | { readonly type: "directory"; readonly mode: number }
  | { readonly type: "symlink"; readonly target: string }
  | { readonly type: "fifo"; readonly mode: number };

/** The name of something in a directory, as bytes for the file system. */
export function within(directory: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(path, "latin1")]);
}

/** All directories above a path, outermost first. */
export function parentsOf(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** Reads a directory whole, following no symlink. */
export function readTree(directory: string): Tree {
  const tree = new Map<string, TreeNode>();
  const names = new Map<number, string[]>();
  visit("");
  for (const paths of names.values()) {
    if (paths.length > 1) nameGroup(tree, paths.sort());
  }
  return tree;

  function visit(path: string): void {
    const here = within(directory, path);
    for (const name of readdirSync(here, { encoding: "buffer" })) {
      const child = (path === "" ? "" : `${path}/`) + name.toString("latin1");
      const { node, inode } = readNode(within(directory, child));
      tree.set(child, node);
      if (node.type === "file") names.set(inode, [...(names.get(inode) ?? []), child]);
      if (node.type === "directory") visit(child);
    }
  }
}

function readNode(path: Buffer): { node: TreeNode; inode: number } {
  const stat = lstatSync(path);
  const mode = stat.mode & 0o7777;
  if (stat.isDirectory()) return { node: { type: "directory", mode }, inode: stat.ino };
  if (stat.isSymbolicLink()) return { node: { type: "symlink", target: readlinkSync(path, "latin1") }, inode: stat.ino };
  if (stat.isFIFO()) return { node: { type: "fifo", mode }, inode: stat.ino };
  return { node: { type: "file", mode, content: readFileSync(path, "latin1"), links: [] }, inode: stat.ino };
}

function nameGroup(tree: Map<string, TreeNode>, paths: readonly string[]): void {
  for (const path of paths) {
    const node = tree.get(path);
    if (node?.type === "file") tree.set(path, { ...node, links: paths });
  }
}

/** Makes a second name for a file. */
export function linkWithin(directory: string, existing: string, path: string): void {
  linkSync(within(directory, existing), within(directory, path));
}

/** Makes the directories above a path where they are missing. */
export function makeParents(directory: string, path: string): void {
  for (const parent of parentsOf(path)) {
    if (lstatSync(within(directory, parent), { throwIfNoEntry: false }) === undefined) mkdirSync(within(directory, parent), 0o755);
  }
}
