import type { BytePath } from "@fresco/pipeline";
import type { Source } from "@fresco/ports";

/** A project whose source is frozen, and the means to edit it. */
export interface SourceSubject {
  readonly source: Source;
  readonly project: SourceProject;
  /** An owner that materialised trees can be leased to. */
  readonly owner: string;
}

/** Editing, as a user would. Directories come and go with the files in them. */
export interface SourceProject {
  /** Writes a file, replacing what is there. */
  write(path: BytePath, content: string, executable?: boolean): Promise<void>;
  symlink(path: BytePath, target: string): Promise<void>;
  /** Removes a file, or a directory with all in it. */
  remove(path: BytePath): Promise<void>;
  rename(from: BytePath, to: BytePath): Promise<void>;
  /** Gives a file new times and leaves its content alone. */
  touch(path: BytePath): Promise<void>;
  /** Replaces the root's ignore rules by these gitignore patterns. */
  ignore(patterns: readonly string[]): Promise<void>;
}
