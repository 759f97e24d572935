/** Where in a project: a file relative to its root, line and column from 1. */
export interface Location {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/** Something that keeps a file's pipelines from being loaded. */
export interface FileProblem extends Location {
  /** Stable: `pipeline.what`, or `ir.what` for what validation finds. */
  readonly code: string;
  /** One sentence. */
  readonly message: string;
  /** What to do now. */
  readonly hint: string;
}

/** What the child tells, one JSON text a line. */
export type ChildMessage =
  | { readonly type: "loading"; readonly file: string }
  | (Location & { readonly type: "pipeline"; readonly ir: unknown })
  | (FileProblem & { readonly type: "problem" })
  /** Everything was told. */
  | { readonly type: "done" };
