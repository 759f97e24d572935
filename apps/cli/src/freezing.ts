import { homedir } from "node:os";
import { join } from "node:path";
import type { DirectoryStore, FrozenSource, Source } from "@fresco/ports";
import { GitSource } from "@fresco/source-git";
import { type FrescoPaths, frescoPaths } from "./paths.ts";
import { findProject } from "./project.ts";

/** A project whose source is being frozen. */
export interface Freezing {
  readonly project: string;
  readonly paths: FrescoPaths;
  readonly source: Source;
  readonly frozen: Promise<FrozenSource>;
  /** Tells the source where materialised trees are reserved, once the store is open. */
  readonly provide: (directories: DirectoryStore) => void;
}

/** Starts to freeze the project's source. Light to import: everything else loads meanwhile. @throws FrescoError `project.*`. */
export function beginFreezing(directory: string | undefined): Freezing {
  const project = findProject(directory ?? process.cwd());
  const paths = frescoPaths(process.env, homedir(), process.platform);
  const directories = Promise.withResolvers<DirectoryStore>();
  const source = new GitSource({
    root: project,
    state: join(paths.state, "projects"),
    exclude: [paths.state, paths.cache, paths.config],
    directories: () => directories.promise,
  });
  const frozen = source.freeze();
  // Whoever awaits it gets the error; until then it must not end the process.
  frozen.catch(() => undefined);
  return { project, paths, source, frozen, provide: directories.resolve };
}
