import type { Duration } from "./duration.ts";
import { rememberOrigin } from "./origin.ts";
import type { CachePolicy } from "./policy.ts";
import type { EnvReference, SecretReference } from "./reference.ts";
import type { Size } from "./size.ts";
import { snapshot } from "./snapshot.ts";

/** A literal, a variable of the run (`env("NAME")`) or a secret (`secrets.NAME`). */
export type EnvOption = string | EnvReference | SecretReference;

/** What a step may say about itself. */
export interface StepOptions {
  /** Its name for commands and reports. Default: the slug of `label`, else a hash of what it stands on and its command. */
  readonly id?: string;
  /** Its title in reports. */
  readonly label?: string;
  /** The image that it stands on, e.g. `node:24`. Only for steps without a parent. */
  readonly image?: string;
  /** Variables, over those of the pipeline. */
  readonly env?: Readonly<Record<string, EnvOption>>;
  /** A directory inside the workspace, made if it is absent. @default "." */
  readonly cwd?: string;
  /** Program and arguments that get the command after `-c`; text is split at spaces. @default "/bin/sh -e" */
  readonly shell?: string | readonly string[];
  /** Default: never cached. */
  readonly cache?: CachePolicy;
  /** Globs of what it writes into the workspace that passes on to others. Default: everything. */
  readonly outputs?: readonly string[];
  /** Steps that must pass first; nothing of theirs is seen. */
  readonly after?: readonly Step[];
  /** Steps that must pass first, and whose outputs lie in this one's workspace. */
  readonly uses?: readonly Step[];
  /** Time for one attempt: milliseconds, or text such as `"90s"`, `"1h30m"`. Default: none. */
  readonly timeout?: Duration;
  /** Time between asking it to stop and killing it: milliseconds, or text such as `"10s"`. @default "10s" */
  readonly grace?: Duration;
  /** Who runs the command: a name or a number, with or without a group (`"node"`, `"1000:1000"`). Default: the base's own user. */
  readonly user?: string;
  /** `"none"`: no network but the loopback interface. @default "default" */
  readonly network?: "default" | "none";
  /** Limits: processors (such as `1.5`), and memory in bytes or as text such as `"512m"`, `"2g"`. Default: none. */
  readonly resources?: { readonly cpus?: number; readonly memory?: Size };
  /** A usable `.git` in the workspace: HEAD and status as the user sees them. Not together with `cache`. @default false */
  readonly git?: boolean;
}

/** One command. Immutable. */
export class Step {
  readonly command: string;
  readonly options: StepOptions;
  /** The step or base that it stands on; `undefined`: the pipeline's base. */
  readonly on: Step | Scratch | undefined;

  constructor(command: string, options: StepOptions, on: Step | Scratch | undefined) {
    this.command = command;
    this.options = snapshot(options);
    this.on = on;
    rememberOrigin(this);
    Object.freeze(this);
  }

  /** A step that stands on what this one left, in the system and in the workspace. Two children of one step see nothing of each other. */
  sh(command: string, options: StepOptions = {}): Step {
    return new Step(command, options, this);
  }
}

/** What a first step stands on: an image, or a directory that holds a root filesystem (absolute, or from the project's root). */
export type ScratchBase = { readonly image: string } | { readonly rootfs: string };

/** A base of its own. Adds no step. Made by {@link scratch}. */
export class Scratch {
  readonly base: ScratchBase;

  constructor(base: ScratchBase) {
    this.base = snapshot(base);
    Object.freeze(this);
  }

  /** A first step on this base. */
  sh(command: string, options: StepOptions = {}): Step {
    return new Step(command, options, this);
  }
}

/** A barrier between leaves. Made by {@link wait}. */
export class Wait {
  readonly type = "wait";
}

/** A first step, on the pipeline's base. */
export function sh(command: string, options: StepOptions = {}): Step {
  return new Step(command, options, undefined);
}

/** A base for first steps other than the pipeline's: `scratch({ image: "node:24" }).sh("npm test")`. */
export function scratch(base: ScratchBase): Scratch {
  return new Scratch(base);
}

/** Between the leaves of a pipeline: what only later leaves need waits until everything before has passed. */
export function wait(): Wait {
  return new Wait();
}
