import { readdirSync } from "node:fs";
import type { BytePath } from "@fresco/pipeline";
import { pathBytes } from "@fresco/pipeline";
import { isWhiteout, look, type Node } from "./nodes.ts";
import { child } from "./paths.ts";

/**
 * What an overlay shows at a path of its lower directories, found as the kernel finds it: from the topmost on, a whiteout or a
 * non-directory ends the search, directories of one path are merged. Lower directories are never opaque (layers are normalised, views
 * have no overlay marks), so that is not looked for.
 */
export type LowerNode =
  | (Node & { readonly type: "leaf" })
  /** `path` and `stat` are the topmost directory's, whose mode and owner show. */
  | (Node & { readonly type: "directory"; readonly directories: readonly Buffer[] });

/** Looks a name up in merged directories, topmost first. */
export function lookUp(directories: readonly Buffer[], name: Buffer): LowerNode | undefined {
  let first: Node | undefined;
  const merged: Buffer[] = [];
  for (const directory of directories) {
    const path = child(directory, name);
    const stat = look(path);
    if (stat === undefined) continue;
    if (isWhiteout(stat)) break;
    if (!stat.isDirectory()) {
      if (first === undefined) return { type: "leaf", path, stat };
      break;
    }
    first ??= { path, stat };
    merged.push(path);
  }
  return first === undefined ? undefined : { type: "directory", ...first, directories: merged };
}

/** Looks up a path of several parts. The root is no node: ask for what is in it. */
export function lookUpPath(directories: readonly Buffer[], path: BytePath): LowerNode | undefined {
  const bytes = pathBytes(path);
  let within = directories;
  for (let start = 0; ; ) {
    const end = bytes.indexOf(0x2f, start);
    const node = lookUp(within, bytes.subarray(start, end < 0 ? bytes.length : end));
    if (end < 0 || node === undefined) return node;
    if (node.type === "leaf") return undefined;
    within = node.directories;
    start = end + 1;
  }
}

/** What merged directories show, in no particular order. */
export function* list(directories: readonly Buffer[]): Generator<{ readonly name: Buffer; readonly node: LowerNode }> {
  const seen = new Set<string>();
  for (const directory of directories) {
    for (const name of readdirSync(directory, { encoding: "buffer" })) {
      const key = name.toString("latin1");
      if (seen.has(key)) continue;
      seen.add(key);
      const node = lookUp(directories, name);
      if (node !== undefined) yield { name, node };
    }
  }
}
