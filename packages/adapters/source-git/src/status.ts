import { FrescoError } from "@fresco/ports";
import { git, splitZero, type GitContext } from "./git.ts";

/** How the working directory differs from a base's index, as git saw it. Paths are bytes from the project's root. */
export interface Status {
  /** Files of the index whose content, mode or type may have changed. */
  readonly changed: readonly string[];
  /** Files of the index that are gone. */
  readonly deleted: readonly string[];
  /** Files that the index does not have and no rule ignores. */
  readonly untracked: readonly string[];
  /** Directories with a repository of their own, without trailing slash. */
  readonly nested: readonly string[];
}

const ARGUMENTS = ["status", "--porcelain=v2", "-z", "--untracked-files=all", "--no-renames", "--ignore-submodules=none"] as const;

/**
 * Asks git. It also refreshes the private index if nobody else holds its lock.
 * @throws FrescoError `source.unreadable` when git could not look into a directory: what is in there would silently be missing.
 */
export async function readStatus(context: GitContext, prefix: string): Promise<Status> {
  const { stdout, stderr } = await git(
    context,
    prefix === "" ? ARGUMENTS : ["--literal-pathspecs", ...ARGUMENTS, "--", Buffer.from(prefix, "latin1").toString("utf8")],
  );
  if (/could not open directory/.test(stderr)) {
    throw new FrescoError("source.unreadable", `a directory of the project cannot be read: ${stderr.trim()}`, {
      hint: "make it readable, or name it in .gitignore",
    });
  }
  return parseStatus(stdout, prefix);
}

function parseStatus(output: Buffer, prefix: string): Status {
  const status = { changed: [] as string[], deleted: [] as string[], untracked: [] as string[], nested: [] as string[] };
  for (const line of splitZero(output)) {
    if (line.startsWith("? ")) {
      const path = line.slice(2 + prefix.length);
      if (path.endsWith("/")) status.nested.push(path.slice(0, -1));
      else status.untracked.push(path);
    } else if (line.startsWith("1 ")) {
      // 1 <XY> <sub> <mH> <mI> <mW> <hH> <hI> <path>
      const worktree = line.charAt(3);
      const path = line.slice(nthSpace(line, 8) + 1 + prefix.length);
      if (worktree === "D") status.deleted.push(path);
      else if (worktree !== ".") status.changed.push(path);
    }
  }
  return status;
}

function nthSpace(line: string, count: number): number {
  let at = -1;
  for (let seen = 0; seen < count; seen += 1) at = line.indexOf(" ", at + 1);
  return at;
}
