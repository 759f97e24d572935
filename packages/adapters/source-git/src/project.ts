import { createHash } from "node:crypto";
import { mkdirSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { FirstTimes } from "./first-times.ts";
import { realRoot } from "./surroundings.ts";

/** What Fresco keeps about one project: objects, bases, first times. A nested repository has bases of its own and shares the rest. */
export interface Project {
  /** The user's directory, without symlinks. */
  readonly root: string;
  /** Fresco's directory for it. */
  readonly directory: string;
  /** The object store, Fresco's own. */
  readonly objects: string;
  readonly times: FirstTimes;
  /** Absolute paths that are no part of the source, whatever the ignore rules say: Fresco's own state. */
  readonly exclude: readonly string[];
}

/**
 * Opens Fresco's directory for a project, making it if need be.
 * @throws FrescoError `source.missing` when the root is no directory.
 */
export function openProject(root: string, state: string, exclude: readonly string[]): Project {
  const real = realRoot(root);
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const own = realpathSync(state);
  const directory = directoryOf(real, own);
  const objects = join(directory, "objects");
  mkdirSync(join(objects, "pack"), { recursive: true, mode: 0o700 });
  return {
    root: real,
    directory,
    objects,
    times: new FirstTimes(join(directory, "first-times")),
    exclude: [...exclude.map((path) => resolve(path)), own],
  };
}

/** The project of a repository nested in another: its objects and times go into the outer one's. */
export function openNested(outer: Project, root: string): Project {
  const directory = directoryOf(root, join(outer.directory, "nested"));
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return { ...outer, root, directory, times: new FirstTimes(join(directory, "first-times")) };
}

function directoryOf(root: string, state: string): string {
  return join(state, createHash("sha256").update(root).digest("hex").slice(0, 16));
}
