import type { LayerEntry } from "@fresco/cache-keys";
import type { BytePath } from "@fresco/pipeline";
import { readAttributes } from "./attributes.ts";
import { copyNode, look, makeWhiteout, type Node } from "./nodes.ts";
import { ancestorsOf, parentOf, under } from "./paths.ts";

/**
 * Where a layer's tree has whiteouts: at the deletions that no other one covers. A deleted directory is one whiteout; what was deleted
 * beneath a file that took a directory's place needs none.
 */
export function whiteoutsOf(entries: readonly LayerEntry[]): BytePath[] {
  const covers = new Set<BytePath>();
  for (const entry of entries) if (entry.type !== "directory") covers.add(entry.path);
  const roots: BytePath[] = [];
  for (const entry of entries) {
    const parent = entry.type === "deleted" ? parentOf(entry.path) : undefined;
    if (parent !== undefined && !covers.has(parent)) roots.push(entry.path);
  }
  return roots;
}

/**
 * Writes the whiteouts into a layer's tree. A directory that is missing above one is made like the one that the step saw.
 * Elsewhere than on Linux there is no such marker, and the manifest alone knows of deletions.
 */
export function writeWhiteouts(tree: Buffer, entries: readonly LayerEntry[], seen: (path: BytePath) => Node | undefined): void {
  if (process.platform !== "linux") return;
  for (const path of whiteoutsOf(entries)) {
    makeAncestors(tree, path, seen);
    makeWhiteout(under(tree, path));
  }
}

/** Makes the missing directories above a path, each like the one that the step saw there. */
export function makeAncestors(tree: Buffer, path: BytePath, seen: (path: BytePath) => Node | undefined): void {
  const missing: BytePath[] = [];
  for (const directory of ancestorsOf(path)) {
    if (look(under(tree, directory)) !== undefined) break;
    missing.push(directory);
  }
  for (const directory of missing.reverse()) {
    const like = seen(directory);
    if (like === undefined) throw new Error(`no directory was seen at ${directory}`);
    copyNode(like, under(tree, directory), readAttributes(like.path).xattrs);
  }
}
