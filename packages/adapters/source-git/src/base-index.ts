import { copyFileSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { FrescoError } from "@fresco/ports";
import { BASE_FILES, type Base, baseContext, isKept } from "./base.ts";
import { git, GitFailure, joinZero } from "./git.ts";
import type { Project } from "./project.ts";
import { seedIndex } from "./seed.ts";
import { prefixWithin, type Surroundings, type UsersRepository } from "./surroundings.ts";
import type { UsersConfiguration } from "./users-configuration.ts";

/** How a new base's index differs from the one it is copied from. Byte paths from the project's root. */
export interface IndexChanges {
  /** To be taken in as they are on the disk, or out when nothing is there. */
  readonly update: readonly string[];
  /** To be taken out whatever is on the disk. */
  readonly remove: readonly string[];
}

export interface Filling {
  readonly directory: string;
  readonly surroundings: Surroundings;
  readonly repository: UsersRepository | undefined;
  readonly configuration: UsersConfiguration;
  readonly earlier: { readonly base: Base; readonly changes: IndexChanges } | undefined;
}

/**
 * Makes the base's index: a copy of an earlier one with changes, or a seed of the user's.
 * @returns The user's object directories that hold objects which Fresco's own store may lack.
 */
export async function fillIndex(
  project: Project,
  { directory, surroundings, repository, configuration, earlier }: Filling,
): Promise<readonly string[]> {
  const top = repository?.top ?? surroundings.root;
  const prefix = prefixWithin(top, surroundings.root);
  if (earlier === undefined || earlier.base.facts.top !== top || earlier.base.facts.prefix !== prefix) {
    return repository === undefined ? [] : seedIndex({ repository, prefix, configuration, into: join(directory, BASE_FILES.index) });
  }
  copyIndex(earlier.base, directory);
  const context = baseContext(project, directory, top);
  const { update, remove } = earlier.changes;
  const below = (paths: readonly string[]): Buffer => joinZero(paths.map((path) => `${prefix}${path}`));
  if (remove.length > 0) await git(context, ["update-index", "--force-remove", "-z", "--stdin"], { input: below(remove) });
  // With this threshold git streams the files into one pack, which is five times as fast as an object file for each.
  if (update.length > 0)
    await updateIndex(() =>
      git(
        context,
        ["-c", "core.bigFileThreshold=1", "-c", "core.compression=1", "update-index", "--add", "--remove", "--replace", "-z", "--stdin"],
        { input: below(update) },
      ),
    );
  return isKept(earlier.base.directory) ? [] : earlier.base.facts.borrowed;
}

async function updateIndex(run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (cause) {
    if (!(cause instanceof GitFailure) || !/Permission denied/.test(cause.stderr)) throw cause;
    throw new FrescoError("source.unreadable", `a file of the project cannot be read: ${cause.stderr.trim()}`, {
      hint: "make it readable, or name it in .gitignore",
      cause,
    });
  }
}

/** With its times, rounded down: what is racy by the index's own time must stay racy. */
function copyIndex(from: Base, directory: string): void {
  const source = join(from.directory, BASE_FILES.index);
  const stats = statSync(source, { throwIfNoEntry: false });
  if (stats === undefined) return;
  const target = join(directory, BASE_FILES.index);
  copyFileSync(source, target);
  const seconds = Math.floor(stats.mtimeMs / 1000);
  utimesSync(target, seconds, seconds);
}
