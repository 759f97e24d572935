import type { BytePath } from "@fresco/pipeline";

/** One file of a step's view of the source. */
export interface ViewEntry {
  readonly path: BytePath;
  /** git's modes: a file, an executable, a symlink. */
  readonly mode: ViewMode;
  /** git blob id (hex) of the bytes as they were on the disk. */
  readonly object: string;
}

export type ViewMode = "100644" | "100755" | "120000";

/**
 * Everything that a step can see, and so everything that its key covers. The type is closed and every field is required: a new
 * way to influence a step does not compile until it has its place here. Ids, labels, timeouts and retries are deliberately absent.
 */
export interface KeyFields {
  /** An entry of one kind never hits in another; capabilities change what a step may do. */
  readonly sandbox: { readonly kind: string; readonly capabilities: readonly string[]; readonly workspace: string };
  /** Base identity: platform, and image digest, rootfs digest or host fingerprint. */
  readonly base: string;
  /** Identities of the layers beneath, bottom to top, never a parent's key. */
  readonly layers: { readonly system: readonly string[]; readonly workspace: readonly string[] };
  readonly command: string;
  readonly shell: readonly string[];
  readonly cwd: string;
  /** The declared environment, resolved. An unset variable is absent, which differs from empty. */
  readonly env: Readonly<Record<string, string>>;
  /** Variable → name of the secret that it carries; never the value. */
  readonly secrets: Readonly<Record<string, string>>;
  /** What passes on; `null`: all. */
  readonly outputs: readonly string[] | null;
  /** Options that change what the step sees. `null`: the sandbox's default. */
  readonly options: {
    readonly user: string | null;
    readonly network: string | null;
    readonly mounts: readonly string[];
    readonly resources: { readonly cpus: number | null; readonly memory: number | null };
  };
  /** Values of `onValue` policies as canonical JSON, sorted. */
  readonly values: readonly string[];
  /** What the sandbox lets through from its surroundings (the host sandbox's inherited variables; proxy settings). */
  readonly inherited: Readonly<Record<string, string>>;
  /** Sorted by path bytes. */
  readonly view: readonly ViewEntry[];
}
