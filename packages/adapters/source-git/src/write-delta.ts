import { join } from "node:path";
import { type BytePath, bytePathFrom } from "@fresco/pipeline";
import type { Materialising, ViewTree } from "./materialise.ts";
import type { TreeContent } from "./tree-content.ts";
import type { TreeDifference } from "./tree-difference.ts";
import { makeWhiteouts } from "./whiteouts.ts";
import { pathBelow } from "./working-file.ts";
import { makeDirectories, makeRoot, writeFiles } from "./write-files.ts";

/**
 * Writes what differs from a base below `tree/`: changed files, and whiteouts for what is gone.
 * @returns The bytes written; `undefined` when the system allows no whiteouts.
 */
export async function writeDelta(
  work: Materialising,
  view: ViewTree,
  difference: TreeDifference,
  directory: string,
): Promise<number | undefined> {
  const root = join(directory, "tree");
  makeRoot(root);
  const shown = difference.flatMap(({ path, gone }) => (gone ? [] : (view.content.find(brand(path)) ?? [])));
  const bytes = await writeFiles(work.project.objects, work.git, shown, root);
  const whiteouts = new Set(difference.flatMap(({ path, gone }) => (gone ? (hiddenBy(view.content, path) ?? []) : [])));
  const made = new Set<string>();
  for (const path of whiteouts) makeDirectories(root, path, made);
  return makeWhiteouts([...whiteouts].map((path) => pathBelow(root, path))) ? bytes : undefined;
}

/**
 * Where a whiteout hides a path that is gone: at the topmost directory above it that is gone as a whole, since a tree has no empty
 * directories. `undefined`: a file has taken such a directory's place, and hides it.
 */
function hiddenBy(content: TreeContent, path: string): string | undefined {
  for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1)) {
    const directory = path.slice(0, slash);
    const there = content.has(brand(directory));
    if (there === "file") return undefined;
    if (there === undefined) return directory;
  }
  // A directory of that name hides the file beneath it too.
  return content.has(brand(path)) === undefined ? path : undefined;
}

function brand(path: string): BytePath {
  return bytePathFrom(Buffer.from(path, "latin1"));
}
