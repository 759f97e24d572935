import type { ViewEntry } from "@fresco/cache-keys";
import type { BytePath, GlobPattern } from "@fresco/pipeline";

/** The project's files. The user's working tree, index, refs and objects are only ever read. */
export interface Source {
  /**
   * Freezes the working directory: tracked, modified and untracked files as their bytes are on the disk, ignored ones left out.
   * What the tree needs stays readable whatever the user does afterwards, once {@link FrozenSource.kept} has resolved.
   * @throws FrescoError `source.*` when the directory cannot be read.
   */
  freeze(): Promise<FrozenSource>;
  /** A tree frozen earlier; `undefined` when it is no longer whole (law 6: the safe branch is the caller's). */
  open(tree: string): Promise<FrozenSource | undefined>;
}

export interface FrozenSource {
  /** git tree id, hex. */
  readonly tree: string;
  /** Resolves when every object of the tree is in Fresco's own store. Rejects when that failed. */
  readonly kept: Promise<void>;
  /** The whole tree. Sorted by path. Computed when first asked for. */
  entries(): readonly ViewEntry[];
  /** The entries that the patterns let in, sorted, and the patterns that let in nothing although they must. */
  view(globs: readonly GlobPattern[]): View;
  /** Is there anything at this path or below it in the tree? */
  has(path: BytePath): "file" | "directory" | undefined;
  /** For messages about a pattern that matches nothing: paths on the disk that it would match if git did not ignore them (at most 5). */
  ignoredMatches(pattern: string): Promise<readonly string[]>;
  /** The content of one entry. */
  read(entry: ViewEntry): Promise<Uint8Array>;
  /**
   * Immutable directories that together show exactly these entries, topmost first; an overlay's lower directories (deletions are
   * overlay whiteouts: character devices 0:0). Made on first use, incrementally from what is there, with each file's time set to
   * the instant when this path and content were first frozen. Leased to the owner (an id) until released or until the owner is gone.
   */
  materialise(view: readonly ViewEntry[] | "everything", owner: string): Promise<MaterialisedView>;
  /** A `.git` directory for `git: true` steps, made at `directory` (mode 0700, parents included): HEAD is the user's, index and worktree show the user's changes, no hooks, remotes or credentials. `undefined`: the project is no repository. */
  repository(directory: string): Promise<string | undefined>;
}

export interface View {
  readonly entries: readonly ViewEntry[];
  readonly unmatched: readonly string[];
}

export interface MaterialisedView {
  /** Absolute paths, topmost first; empty for an empty view. */
  readonly lower: readonly string[];
  release(): Promise<void>;
}
