/** A pipeline as the naive model takes it: plain data, with nothing left to resolve. */
export interface Pipeline {
  readonly env: Readonly<Record<string, string>>;
  /** A step stands after everything that it refers to. */
  readonly steps: readonly Step[];
}

export interface Step {
  readonly id: string;
  readonly command: string;
  readonly parent: string | null;
  readonly uses: readonly string[];
  readonly after: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Variable → name of the secret that it carries. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Relative to the workspace; `"."` is its root. */
  readonly cwd: string;
  /** Program and arguments before `-c` and the command. */
  readonly shell: readonly string[];
  readonly policy: Policy;
  /** Globs of what passes on; `null`: all. */
  readonly outputs: readonly string[] | null;
}

export type Policy =
  | { readonly type: "none" }
  | { readonly type: "forever" }
  /** Milliseconds. */
  | { readonly type: "ttl"; readonly ttl: number }
  | { readonly type: "onChange"; readonly globs: readonly Glob[] }
  | { readonly type: "onValue"; readonly value: string }
  | { readonly type: "all"; readonly of: readonly Policy[] };

export interface Glob {
  readonly pattern: string;
  readonly optional: boolean;
}
