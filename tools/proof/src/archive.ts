import type { Tree, TreeNode } from "./model/tree.ts";

/** What a generated command gave: what it printed, and what was in its workspace at the end. */
export interface Observed {
  readonly printed: string;
  /** `undefined`: it did not come to telling. */
  readonly workspace: Tree | undefined;
}

const MARKER = "ARCHIVE\n";
const BLOCK = 512;

/** Parts the output of a generated command (latin1) in what it printed and the archive at its end. */
export function observe(output: string): Observed {
  const at = output.indexOf(MARKER);
  if (at < 0) return { printed: output, workspace: undefined };
  return { printed: output.slice(0, at), workspace: readArchive(output.slice(at + MARKER.length)) };
}

/** Reads a GNU tar archive of short names (latin1); the archived directory itself is left out. */
function readArchive(archive: string): Tree {
  const tree = new Map<string, TreeNode>();
  const groups = new Map<string, string[]>();
  for (let at = 0; at + BLOCK <= archive.length && archive[at] !== "\0"; ) {
    const header = readHeader(archive.slice(at, at + BLOCK));
    const content = archive.slice(at + BLOCK, at + BLOCK + header.size);
    at += BLOCK + Math.ceil(header.size / BLOCK) * BLOCK;
    if (header.path === "") continue;
    const linked = header.type === "1" ? tree.get(header.target) : undefined;
    if (linked !== undefined) groups.set(header.target, [...(groups.get(header.target) ?? [header.target]), header.path]);
    tree.set(header.path, linked ?? toNode(header, content));
  }
  for (const paths of groups.values()) {
    for (const path of paths) {
      const node = tree.get(path);
      if (node?.type === "file") tree.set(path, { ...node, links: paths.sort() });
    }
  }
  return tree;
}

interface Header {
  readonly path: string;
  readonly mode: number;
  readonly size: number;
  readonly type: string;
  readonly target: string;
}

function readHeader(block: string): Header {
  const field = (start: number, length: number): string => block.slice(start, start + length).replace(/\0.*$/s, "");
  const octal = (start: number, length: number): number => Number.parseInt(field(start, length).trim() || "0", 8);
  const type = field(156, 1);
  const target = field(157, 100);
  return {
    path: plain(field(0, 100)),
    mode: octal(100, 8) & 0o7777,
    size: octal(124, 12),
    type,
    target: type === "1" ? plain(target) : target,
  };
}

function plain(path: string): string {
  return path.replace(/^\.\//, "").replace(/\/$/, "");
}

function toNode(header: Header, content: string): TreeNode {
  switch (header.type) {
    case "5":
      return { type: "directory", mode: header.mode };
    case "2":
      return { type: "symlink", target: header.target };
    case "6":
      return { type: "fifo", mode: header.mode };
    default:
      return { type: "file", mode: header.mode, content, links: [] };
  }
}
