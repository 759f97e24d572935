import { borrowingContext, newestBase, readManifest } from "./base.ts";
import { git, GitFailure } from "./git.ts";
import { listTree } from "./list-tree.ts";
import { encodeManifest, Manifest, type TreeFile } from "./manifest.ts";
import type { Project } from "./project.ts";
import { TreeContent } from "./tree-content.ts";

/** The content of a tree that was frozen earlier; `undefined` when an object of it is missing. */
export async function openTree(project: Project, tree: string): Promise<TreeContent | undefined> {
  const base = newestBase(project);
  if (base === undefined || !/^[0-9a-f]{40}$/.test(tree)) return undefined;
  const context = borrowingContext(project, base);
  try {
    const { files, directories } = await listTree(context, tree);
    const ids = new Set(files.map(({ object }) => object));
    const { stdout } = await git(context, ["cat-file", "--batch-check"], { input: Buffer.from([...ids].map((id) => `${id}\n`).join("")) });
    if (
      stdout
        .toString("latin1")
        .split("\n")
        .some((line) => line !== "" && !line.includes(" blob "))
    )
      return undefined;
    const current = readManifest(base);
    const now = Date.now();
    const timed = files.map((file): TreeFile => ({ ...file, time: firstTime(project, current, file) ?? now }));
    return new TreeContent(new Manifest(encodeManifest(tree, timed, directories)), new Map());
  } catch (cause) {
    if (cause instanceof GitFailure) return undefined;
    throw cause;
  }
}

function firstTime(project: Project, current: Manifest | undefined, { path, object }: Omit<TreeFile, "time">): number | undefined {
  const index = current?.files.find(path);
  if (index !== undefined && current?.files.object(index) === object) return current.files.time(index);
  return project.times.find(path, object);
}
