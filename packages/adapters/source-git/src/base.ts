import { readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { type BaseFacts, readFacts } from "./base-facts.ts";
import { type GitContext, quietEnvironment, splitZero } from "./git.ts";
import { isManifest, Manifest } from "./manifest.ts";
import type { Project } from "./project.ts";
import { fileStamp, type Surroundings } from "./surroundings.ts";

/**
 * A private git directory whose index is the starting point of freezing, with the manifest of exactly that index. It is never changed
 * once `current` names it, except that git refreshes the stat data in its index; a newer base is a new directory, so that two processes
 * can freeze one project at once and a lock that a killed git left behind is left behind with the base.
 */
export interface Base {
  readonly directory: string;
  readonly facts: BaseFacts;
  /** git over this base, the working directory and Fresco's own objects. */
  readonly git: GitContext;
}

/** Files of a base. */
export const BASE_FILES = {
  facts: "facts.json",
  manifest: "manifest",
  index: "index",
  /** Paths of the user's index, `-z`. */
  tracked: "tracked",
  /** Stamp of the user's index when `tracked` was last found to be true. */
  trackedStamp: "tracked-stamp",
  /** Paths of the base that the user's index lacks, `-z`: here because no rule ignored them. */
  adopted: "adopted",
  /** Paths of the user's index that the base lacks, `-z`. */
  absent: "absent",
  /** There once every object of the base is in Fresco's own store and synced. */
  kept: "kept",
} as const;

/** A lock this old is taken for a killed process's. Nothing breaks if it is not: a new base is made, and its index is a copy. */
const STALE_LOCK_MS = 60_000;

/** The base to start from; `undefined`: there is none, or it does not fit the surroundings any more. */
export function currentBase(project: Project, surroundings: Surroundings): Base | undefined {
  const base = newestBase(project);
  if (base === undefined || base.facts.surroundings !== surroundings.key) return undefined;
  const changed = Object.entries(base.facts.configuration).some(([file, stamp]) => fileStamp(file) !== stamp);
  return changed ? undefined : base;
}

/** The newest base, whether it fits or not. */
export function newestBase(project: Project): Base | undefined {
  const name = readLink(join(project.directory, "current"));
  if (name === undefined) return undefined;
  const directory = join(project.directory, "bases", name);
  const facts = readFacts(join(directory, BASE_FILES.facts));
  return facts && { directory, facts, git: baseContext(project, directory, facts.top) };
}

/** git over a base. `borrowed`: further object directories to read from. */
export function baseContext(project: Project, directory: string, top: string, borrowed: readonly string[] = []): GitContext {
  const env = quietEnvironment({ GIT_DIR: directory, GIT_WORK_TREE: top, GIT_OBJECT_DIRECTORY: project.objects });
  if (borrowed.length > 0) env["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = borrowed.map((path) => JSON.stringify(path)).join(":");
  return { cwd: top, env };
}

/** git that sees every object of the base, borrowed ones included. */
export function borrowingContext(project: Project, { directory, facts, git }: Base): GitContext {
  return isKept(directory) ? git : baseContext(project, directory, facts.top, facts.borrowed);
}

/** Is every object of the base in Fresco's own store, and synced? */
export function isKept(directory: string): boolean {
  return statSync(join(directory, BASE_FILES.kept), { throwIfNoEntry: false }) !== undefined;
}

/** Did a killed git leave the base's index locked? */
export function isStuck({ directory }: Base): boolean {
  const lock = statSync(join(directory, `${BASE_FILES.index}.lock`), { throwIfNoEntry: false });
  return lock !== undefined && Date.now() - lock.mtimeMs > STALE_LOCK_MS;
}

/** `undefined`: not whole. */
export function readManifest({ directory }: Base): Manifest | undefined {
  const buffer = readBytes(join(directory, BASE_FILES.manifest));
  return buffer !== undefined && isManifest(buffer) ? new Manifest(buffer) : undefined;
}

/** One of the base's `-z` lists; a missing one is empty. */
export function readPaths({ directory }: Base, name: "adopted" | "absent" | "tracked"): string[] {
  return splitZero(readBytes(join(directory, BASE_FILES[name])) ?? Buffer.alloc(0));
}

export function readBytes(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
