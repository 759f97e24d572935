import type { Base } from "@fresco/pipeline";
import type { CapturedLayer, LayerRef } from "./layers.ts";
import type { ProcessIdentity } from "./processes.ts";
import type { WorkspaceDescription } from "./workspaces.ts";

/** Where steps run. Differences between adapters are declared capabilities. */
export interface Sandbox {
  readonly kind: string;
  readonly capabilities: SandboxCapabilities;
  /** Over some bases it may do more or less. Absent: over all of them the same. */
  capabilitiesOver?(base: Base): SandboxCapabilities;
  /**
   * What the base is, for the key; taken at the start of a run and again before an entry is stored.
   * @throws FrescoError `base.*` / `sandbox.*` with remedies when this sandbox cannot run here (`sandbox.refused`: never a silent fall back).
   */
  identify(base: Base, toolchains: readonly string[]): Promise<BaseIdentity>;
  /** Starts a step. Resolves when its command is running or has already ended. */
  start(request: StepRequest): Promise<RunningStep>;
  /**
   * Is this system layer still there, as it was captured? Asked of a hit before it is taken. Absent: its directory is all there is of it.
   * @throws FrescoError when that cannot be found out.
   */
  holds?(layer: LayerRef): Promise<boolean>;
  /** One sentence about a failed command that its output cannot know, such as where the host has a program that the sandbox does not show. */
  explain?(exitCode: number, output: string): string | undefined;
  /** Kills and removes whatever a dead owner's step left (processes, mounts); the directories are the caller's. Safe to repeat. */
  reclaim(left: LeftStep): Promise<void>;
  /**
   * Removes directory trees that steps wrote into, whoever owns the files by now, and what the sandbox keeps elsewhere on account of them: the images
   * of layers, all that an owner has left. Missing ones are fine, those of another kind of sandbox too. Follows no symlink.
   */
  discard(directories: readonly string[]): Promise<void>;
}

export interface SandboxCapabilities {
  /** May a step change the system, and is the change captured as a layer? */
  readonly system: "layered" | "read-only" | "none";
  /** The workspace descriptions it takes, preferred first. */
  readonly workspace: readonly ("overlay" | "directory")[];
  /** Where the step finds its workspace; `undefined`: at one stable path per project, which is why only one step runs at a time. */
  readonly workspacePath: string | undefined;
  readonly network: readonly ("default" | "none")[];
  /** Can it hold a step to limits? */
  readonly resources: boolean;
  /** Can a step run as another user than the sandbox's own? */
  readonly user: boolean;
  /** What a reader should know, one sentence each; said once per run. */
  readonly notices: readonly string[];
  /** What of this is part of the key. */
  readonly keyed: readonly string[];
}

export interface BaseIdentity {
  readonly identity: string;
  /** Variables that the sandbox passes from its surroundings, which keys must cover. */
  readonly inherited: Readonly<Record<string, string>>;
  /** Mounts that the step sees, for the key. */
  readonly mounts: readonly string[];
}

export interface StepRequest {
  readonly owner: string;
  readonly run: string;
  readonly job: string;
  readonly attempt: number;
  readonly base: Base;
  readonly toolchains: readonly string[];
  /** Bottom to top. */
  readonly system: readonly LayerRef[];
  readonly workspace: WorkspaceDescription;
  readonly command: string;
  readonly shell: readonly string[];
  readonly cwd: string;
  /** Complete but for the sandbox's constants; secrets included, so it goes through no argument list and no file. */
  readonly env: Readonly<Record<string, string>>;
  /** Name or number of a user, with or without a group (`node`, `1000:1000`). Absent: the base's own. */
  readonly user?: string;
  /** @default "default" */
  readonly network?: "default" | "none";
  /** Processors, and bytes. Absent: no limit. */
  readonly resources?: { readonly cpus?: number; readonly memory?: number };
  /** A repository directory to mount at `.git` in the workspace. */
  readonly git?: string;
  /** A directory for what this attempt needs besides: made by {@link Sandbox.start} with mode 0700, parents included; the caller removes it. */
  readonly scratch: string;
  /** A directory that steps of one owner may share for what never changes; made with mode 0700 where it is missing, gone with the owner. Absent: every step does without. */
  readonly shared?: string;
  /** More steps of this owner are likely to start: what they need and nobody else can change may be made ready meanwhile. @default false */
  readonly followed?: boolean;
  /** Raw output, in the order of arrival. A returned promise holds further reading back. */
  readonly output: (stream: "stdout" | "stderr", chunk: Uint8Array) => void | Promise<void>;
}

export interface RunningStep {
  /** For the store, so that another process can find it. `undefined` where there is none. */
  readonly left: LeftStep;
  /** To everything in the sandbox. Has no effect once it exited. */
  signal(signal: "TERM" | "INT" | "HUP" | "KILL"): void;
  /** Resolves when nothing of the step runs any more and all its output was delivered. Never rejects. */
  readonly exit: Promise<StepExit>;
  /** What it changed in the system, after `exit`; `into` as in `Layers.capture`. `undefined`: nothing, or the sandbox has no system layers. */
  captureSystem(into: { readonly id: string; readonly path: string }): Promise<CapturedLayer | undefined>;
  /** Gives up mounts and the like. After `exit`, also after a failed capture. */
  release(): Promise<void>;
}

export type StepExit =
  | { readonly type: "exited"; readonly code: number }
  | { readonly type: "signalled"; readonly signal: string }
  /** No exit code can be had. */
  | { readonly type: "lost"; readonly text: string }
  /** The command was never started. */
  | { readonly type: "unstarted"; readonly code: string; readonly text: string; readonly hint?: string };

/** What must be remembered of a running step so that its remains can be found after its owner's death. */
export interface LeftStep {
  readonly process: ProcessIdentity | undefined;
  /** Adapter's own words (a container id, a marker variable). */
  readonly token: string;
}
