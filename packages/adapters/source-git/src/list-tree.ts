import type { ViewMode } from "@fresco/cache-keys";
import { bytePathFrom } from "@fresco/pipeline";
import { git, GitFailure, type GitContext, splitZero } from "./git.ts";
import type { TreeDirectory, TreeFile } from "./manifest.ts";
import { EMPTY_TREE } from "./objects.ts";

export interface ListedTree {
  /** The subtree's id. */
  readonly tree: string;
  /** Sorted by path bytes. */
  readonly files: readonly Omit<TreeFile, "time">[];
  readonly directories: readonly TreeDirectory[];
}

/**
 * Everything in a tree, or in the subtree at `prefix`.
 * @throws GitFailure when a tree object is missing or damaged.
 */
export async function listTree(context: GitContext, tree: string, prefix = ""): Promise<ListedTree> {
  const root = prefix === "" ? tree : await subtree(context, tree, prefix);
  const files: Omit<TreeFile, "time">[] = [];
  const directories: TreeDirectory[] = [];
  if (root !== EMPTY_TREE) {
    const { stdout } = await git(context, ["ls-tree", "-r", "-t", "-z", "--full-tree", root]);
    for (const line of splitZero(stdout)) {
      // <mode> SP <type> SP <object> TAB <path>
      const tab = line.indexOf("\t");
      const path = bytePathFrom(Buffer.from(line.slice(tab + 1), "latin1"));
      const object = line.slice(tab - 40, tab);
      const mode = line.slice(0, 6);
      if (mode === "040000") directories.push({ path, object });
      else if (isViewMode(mode)) files.push({ path, mode, object });
    }
  }
  // git lists a directory where "name/" sorts, which is not where "name" does.
  return { tree: root, files, directories: directories.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

async function subtree(context: GitContext, tree: string, prefix: string): Promise<string> {
  const path = Buffer.from(prefix.slice(0, -1), "latin1").toString("utf8");
  const { stdout } = await git(context, ["--literal-pathspecs", "ls-tree", "-z", "--full-tree", tree, "--", path]);
  const object = splitZero(stdout)[0]?.split("\t")[0]?.split(" ");
  if (object === undefined) return EMPTY_TREE;
  if (object[0] !== "040000" || object[2] === undefined) throw new GitFailure(["ls-tree"], 1, `${path} is no directory in ${tree}`);
  return object[2];
}

function isViewMode(mode: string): mode is ViewMode {
  return mode === "100644" || mode === "100755" || mode === "120000";
}
