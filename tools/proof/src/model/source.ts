import { execFileSync } from "node:child_process";
import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { matchesAny } from "./glob.ts";
import type { Policy } from "./pipeline.ts";
import { parentsOf, within, type Tree, type TreeNode } from "./tree.ts";

/** The project's files as a step may see them: what git itself lists, with git's modes; no directories, since git knows none. */
export function readSource(project: string): Tree {
  const listed = execFileSync("git", ["-C", project, "ls-files", "-co", "--exclude-standard", "-z"], { encoding: "latin1" });
  const tree = new Map<string, TreeNode>();
  for (const path of listed.split("\0")) {
    const node = path === "" ? undefined : readSourceNode(project, path);
    if (node !== undefined) tree.set(path, node);
  }
  return tree;
}

/** A tracked file may be gone, have become a directory, or lie below what has become a symlink or a file. */
function readSourceNode(project: string, path: string): TreeNode | undefined {
  const isBelowDirectories = parentsOf(path).every((parent) =>
    lstatSync(within(project, parent), { throwIfNoEntry: false })?.isDirectory(),
  );
  const stat = isBelowDirectories ? lstatSync(within(project, path), { throwIfNoEntry: false }) : undefined;
  if (stat?.isSymbolicLink()) return { type: "symlink", target: readlinkSync(within(project, path), "latin1") };
  if (!stat?.isFile()) return undefined;
  return { type: "file", mode: stat.mode & 0o100 ? 0o755 : 0o644, content: readFileSync(within(project, path), "latin1"), links: [] };
}

/** What a policy lets a step see. */
export function viewOf(policy: Policy, source: Tree): Tree {
  switch (policy.type) {
    case "none":
      return source;
    case "forever":
    case "ttl":
    case "onValue":
      return new Map();
    case "onChange":
      return matching(
        policy.globs.map((glob) => glob.pattern),
        source,
      );
    case "all": {
      const views = policy.of.map((part) => viewOf(part, source));
      return new Map([...source].filter(([path]) => views.some((view) => view.has(path))));
    }
  }
}

/** Patterns that let in nothing although they must: they match nothing, or others take it back. */
export function unmatched(policy: Policy, source: Tree): string[] {
  if (policy.type === "all") return policy.of.flatMap((part) => unmatched(part, source));
  if (policy.type !== "onChange") return [];
  const view = viewOf(policy, source);
  const required = policy.globs.filter((glob) => !glob.optional && !glob.pattern.startsWith("!"));
  return required.filter((glob) => matching([glob.pattern], view).size === 0).map((glob) => glob.pattern);
}

function matching(patterns: readonly string[], source: Tree): Tree {
  return new Map([...source].filter(([path]) => matchesAny(patterns, path)));
}
