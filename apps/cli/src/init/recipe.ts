/** What one kind of project puts into the pipeline. */
export interface Recipe {
  /** Prefix of step ids and variables where a project is of several kinds. */
  readonly name: "node" | "python" | "rust" | "go" | "hello";
  /** What was recognised by which file, for the user. */
  readonly recognised: string;
  readonly steps: readonly RecipeStep[];
  /** Variables that every step sees; values are TypeScript expressions. */
  readonly env: Readonly<Record<string, string>>;
  /** What the user should know or decide, one sentence each. */
  readonly notes: readonly string[];
}

/** One step, as it will be written. */
export interface RecipeStep {
  readonly id: "install" | "lint" | "typecheck" | "test" | "build" | "hello";
  /** Lines above it in the pipeline. */
  readonly comment?: string;
  readonly command: string;
  readonly cache: RecipeCache;
  readonly outputs?: readonly string[];
}

/** The policy of a step. */
export type RecipeCache =
  /** Everything but the pipelines themselves. */
  { readonly type: "source" } | { readonly type: "files"; readonly globs: readonly string[]; readonly ttl?: string };

/** A step that only says yes or no: nothing that it writes passes on. */
export function check(id: "lint" | "typecheck" | "test", command: string): RecipeStep {
  return { id, command, cache: { type: "source" }, outputs: [] };
}

/** A policy over these files, which all exist. */
export function files(...patterns: readonly string[]): RecipeCache {
  return { type: "files", globs: patterns };
}
