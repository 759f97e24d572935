import { lstatSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { FrescoError } from "@fresco/ports";

/** The user's repository, which is only ever read. */
export interface UsersRepository {
  /** Its working tree. */
  readonly top: string;
  /** Holds HEAD and the index: of a linked worktree, its own. */
  readonly gitDirectory: string;
  /** Holds objects, refs and `info/`. */
  readonly commonDirectory: string;
}

/** What is around a project when it is frozen. */
export interface Surroundings {
  /** The project's root without symlinks. */
  readonly root: string;
  readonly repository: UsersRepository | undefined;
  /** Changes when the project gets, loses or changes its repository or its ancestors'. */
  readonly key: string;
}

/**
 * Finds the repository as git would, without starting git. A directory `.git` that is no repository is passed over.
 * @param root Without symlinks.
 */
export function findSurroundings(root: string): Surroundings {
  const seen: string[] = [root, process.env["HOME"] ?? "", process.env["XDG_CONFIG_HOME"] ?? ""];
  let repository: UsersRepository | undefined;
  for (let at = root; repository === undefined; at = dirname(at)) {
    const stats = lstatSync(join(at, ".git"), { throwIfNoEntry: false });
    if (stats !== undefined) repository = repositoryAt(at);
    if (repository !== undefined) seen.push(repository.gitDirectory, repository.commonDirectory, String(stats?.ino));
    if (dirname(at) === at) break;
  }
  return { root, repository, key: seen.join("\n") };
}

/** Where the project lies within its repository: "" or a byte path that ends in "/". */
export function prefixWithin(top: string, root: string): string {
  const path = relative(top, root);
  return path === "" ? "" : Buffer.from(`${path}/`, "utf8").toString("latin1");
}

/** Tells one state of a file from another, as far as its inode can; a missing file has a stamp too. */
export function fileStamp(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? "none" : `${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}`;
}

/** @throws FrescoError `source.missing` when it is no directory. */
export function realRoot(directory: string): string {
  try {
    const root = realpathSync(directory);
    if (statSync(root).isDirectory()) return root;
  } catch (cause) {
    throw new FrescoError("source.missing", `${directory} cannot be read`, {
      hint: "name a directory that exists with -C",
      kind: "input",
      cause,
    });
  }
  throw new FrescoError("source.missing", `${directory} is no directory`, { hint: "name a directory with -C", kind: "input" });
}

function repositoryAt(top: string): UsersRepository | undefined {
  const gitDirectory = followGitFile(join(top, ".git"));
  if (gitDirectory === undefined || !exists(join(gitDirectory, "HEAD"))) return undefined;
  const common = readText(join(gitDirectory, "commondir"))?.trim();
  const commonDirectory = common === undefined ? gitDirectory : resolve(gitDirectory, common);
  return exists(join(commonDirectory, "objects")) ? { top, gitDirectory, commonDirectory } : undefined;
}

/** `.git` is a directory, or a file that names one (submodules, linked worktrees). */
function followGitFile(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.isDirectory()) return stats && path;
  const named = /^gitdir: (.*?)\n?$/s.exec(readText(path) ?? "")?.[1];
  return named === undefined ? undefined : resolve(dirname(path), named);
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
