import { git, GitFailure, type GitContext, splitZero } from "./git.ts";

/** Paths that differ between two trees: to be shown anew, or gone. */
export type TreeDifference = readonly { readonly path: string; readonly gone: boolean }[];

/** `undefined`: they cannot be compared, as objects are missing. */
export async function differenceBetween(context: GitContext, from: string, to: string): Promise<TreeDifference | undefined> {
  try {
    const { stdout } = await git(context, ["diff-tree", "-r", "-z", "--no-renames", "--name-status", from, to]);
    const parts = splitZero(stdout);
    return Array.from({ length: parts.length / 2 }, (_, index) => ({ gone: parts[2 * index] === "D", path: parts[2 * index + 1] ?? "" }));
  } catch (cause) {
    if (cause instanceof GitFailure) return undefined;
    throw cause;
  }
}
