/** The version that this package writes and reads. */
export const IR_VERSION = 1;

/** A pipeline as flat data: the contract between front ends and everything else. Steps stand in definition order. */
export interface IR {
  readonly version: typeof IR_VERSION;
  /** The pipeline's name. */
  readonly pipeline: string;
  /** Variables that every step sees beneath its own. */
  readonly env: Readonly<Record<string, EnvValue>>;
  /** The run's time limit in milliseconds. */
  readonly timeout?: number;
  /** What root steps stand on when they name no base of their own. */
  readonly base: Base;
  /** Further directories of the host that are bound read-only into the sandbox at their own place (absolute, or `~/…`). */
  readonly toolchains: readonly string[];
  readonly steps: readonly IRStep[];
}

export interface IRStep {
  readonly id: string;
  readonly label?: string;
  readonly command: string;
  /** The step whose system and workspace layers this one stands on; `null` for a root. */
  readonly parent: string | null;
  /** What a root stands on; absent: the pipeline's. Only roots have one. */
  readonly base?: Base;
  /** Ordering only. `wait()` is compiled into these. */
  readonly after: readonly string[];
  /** Ordering, and their workspace layers after `outputs`. */
  readonly uses: readonly string[];
  readonly env: Readonly<Record<string, EnvValue>>;
  /** Relative to the workspace; `"."` is its root. */
  readonly cwd: string;
  /** Program and arguments that receive the command as their last argument after `-c`: `["/bin/sh", "-e"]`. */
  readonly shell: readonly string[];
  readonly cache: Policy;
  /** Globs of workspace writes that pass on; `null`: all. */
  readonly outputs: readonly string[] | null;
  /** Milliseconds for one attempt. */
  readonly timeout?: number;
  /** Milliseconds between TERM and KILL; absent: 10 000. */
  readonly grace?: number;
  /** Who runs the command: name or number, with or without a group; absent: the base's own user. */
  readonly user?: string;
  /** Absent: the sandbox's default. */
  readonly network?: "default" | "none";
  /** Limits: processors, and memory in bytes. */
  readonly resources?: { readonly cpus?: number; readonly memory?: number };
  /** Mount a usable `.git` beside the workspace. Uncached steps only. */
  readonly git: boolean;
}

/** The filesystem under the first layer. */
export type Base =
  | { readonly type: "host" }
  | { readonly type: "rootfs"; readonly path: string }
  | { readonly type: "image"; readonly image: string };

/** A literal, a reference to a variable of the run's environment, or to a secret. */
export type EnvValue = string | { readonly env: string; readonly default?: string } | { readonly secret: string };

export type Policy =
  | { readonly type: "none" }
  | { readonly type: "forever" }
  /** Milliseconds. */
  | { readonly type: "ttl"; readonly ttl: number }
  | { readonly type: "onChange"; readonly globs: readonly GlobPattern[] }
  /** The value as canonical JSON. */
  | { readonly type: "onValue"; readonly value: string }
  | { readonly type: "all"; readonly of: readonly Policy[] };

/** A gitignore pattern anchored at the project's root; `dir` means `dir/**`, a leading `!` negates. */
export interface GlobPattern {
  readonly pattern: string;
  /** May match nothing. */
  readonly optional: boolean;
}
