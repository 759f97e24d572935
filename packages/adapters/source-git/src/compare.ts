import { lstatSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BASE_FILES, type Base, readBytes, readManifest, readPaths } from "./base.ts";
import type { IndexChanges } from "./base-index.ts";
import { git, type GitContext, GitFailure, joinZero, splitZero } from "./git.ts";
import { compareTracked } from "./make-base.ts";
import type { Manifest } from "./manifest.ts";
import type { Project } from "./project.ts";
import { readStatus } from "./status.ts";
import { fileStamp } from "./surroundings.ts";
import { trackedPaths } from "./users-index.ts";
import { pathBelow } from "./working-file.ts";

/** How a project differs from a base. */
export interface Difference {
  readonly manifest: Manifest;
  readonly changes: IndexChanges;
  /** Directories that are repositories of their own. */
  readonly nested: readonly string[];
}

/**
 * Asks git how the project differs from its base, and what that alone cannot say: the base's index names files that the user's does not
 * (they must leave when a rule begins to ignore them) and may lack some that it names (they belong to the source even if ignored).
 * @returns `undefined` when the base is not whole.
 */
export async function compare(project: Project, base: Base): Promise<Difference | undefined> {
  const status = readStatus(base.git, base.facts.prefix);
  const membership = readMembership(project, base);
  // Read while git looks at the files.
  const manifest = readManifest(base);
  const [{ changed, untracked, deleted, nested }, { ignored, absent }] = await Promise.all([status, membership]);
  if (manifest === undefined) return undefined;
  const counts = (path: string): boolean => !isExcluded(project, path) && !DOT_GIT.test(path);
  return {
    manifest,
    changes: { update: [...changed, ...untracked, ...presentAmong(project, absent)].filter(counts), remove: [...deleted, ...ignored] },
    nested: nested.filter(counts),
  };
}

/** No git takes such a path, whatever the case of its letters. */
const DOT_GIT = /(^|\/)\.git(\/|$)/i;

interface Membership {
  /** Files of the base that neither the user's index nor the ignore rules let in any more. */
  readonly ignored: readonly string[];
  /** Files of the user's index that the base lacks. */
  readonly absent: readonly string[];
}

async function readMembership({ root }: Project, base: Base): Promise<Membership> {
  const { adopted, absent } = await readLists(base);
  return { ignored: adopted.length === 0 ? [] : await ignoredAmong(root, base, adopted), absent };
}

async function readLists(base: Base): Promise<{ readonly adopted: readonly string[]; readonly absent: readonly string[] }> {
  const { gitDirectory, top } = base.facts;
  const known = { adopted: readPaths(base, "adopted"), absent: readPaths(base, "absent") };
  if (gitDirectory === null) return known;
  const stamp = fileStamp(join(gitDirectory, "index"));
  const stampFile = join(base.directory, BASE_FILES.trackedStamp);
  if (readBytes(stampFile)?.toString("utf8") === stamp) return known;
  const tracked = await trackedPaths({ gitDirectory, top }, join(top, Buffer.from(base.facts.prefix, "latin1").toString("utf8")));
  if (readBytes(join(base.directory, BASE_FILES.tracked))?.equals(tracked) === true) {
    writeFileSync(stampFile, stamp, { mode: 0o600 });
    return known;
  }
  const manifest = readManifest(base);
  return manifest === undefined ? known : compareTracked(manifest, splitZero(tracked));
}

interface AskedBase {
  readonly git: GitContext;
  readonly facts: { readonly prefix: string };
}

async function ignoredAmong(
  root: string,
  { git: context, facts: { prefix } }: AskedBase,
  paths: readonly string[],
): Promise<readonly string[]> {
  // "./" keeps a name that begins with ":" from being read as a pathspec's magic.
  const input = joinZero(paths.map((path) => `./${prefix}${path}`));
  try {
    // Exit 1: none of them. Without --no-index nothing that the index names would count as ignored.
    const { stdout } = await git(context, ["check-ignore", "--no-index", "-z", "--stdin"], { input, answers: [1] });
    return splitZero(stdout).map((path) => path.slice(prefix.length + "./".length));
  } catch (cause) {
    const reachable = paths.filter((path) => isReachable(root, path));
    // git refuses a path behind a symlink; such a file is gone from the tree anyway.
    if (!(cause instanceof GitFailure) || reachable.length === paths.length) throw cause;
    return reachable.length === 0 ? [] : ignoredAmong(root, { git: context, facts: { prefix } }, reachable);
  }
}

/** Those at whose path there is something that a tree can hold. */
function presentAmong({ root }: Project, paths: readonly string[]): readonly string[] {
  return paths.filter((path) => isReachable(root, path) && kindOf(root, path) === "file");
}

/** Are all directories above the path real ones? */
function isReachable(root: string, path: string): boolean {
  const segments = path.split("/").slice(0, -1);
  return segments.every((_, index) => kindOf(root, segments.slice(0, index + 1).join("/")) === "directory");
}

function kindOf(root: string, path: string): "file" | "directory" | undefined {
  try {
    return lstatSync(pathBelow(root, path)).isDirectory() ? "directory" : "file";
  } catch {
    // Gone, or no directory above it any more.
    return undefined;
  }
}

function isExcluded({ root, exclude }: Project, path: string): boolean {
  const full = pathBelow(root, path).toString("latin1");
  return exclude.some((directory) => `${full}/`.startsWith(`${Buffer.from(directory).toString("latin1")}/`));
}
