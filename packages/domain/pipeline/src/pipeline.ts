import type { Duration } from "./duration.ts";
import { rememberOrigin } from "./origin.ts";
import { snapshot } from "./snapshot.ts";
import type { EnvOption, Step, Wait } from "./step.ts";

/** A step that is wanted (with all that it needs), or a barrier. */
export type Leaf = Step | Wait;

/** What holds for all steps of a pipeline. */
export interface PipelineOptions {
  /** Variables that every step sees, beneath its own. */
  readonly env?: Readonly<Record<string, EnvOption>>;
  /** Time for the whole run: milliseconds, or text such as `"1h30m"`. Default: none. */
  readonly timeout?: Duration;
  /** The image that first steps stand on. Not together with `base`. */
  readonly image?: string;
  /** What first steps stand on: the host's system, or a directory with a root filesystem (absolute, or from the project's root). @default "host" */
  readonly base?: "host" | { readonly rootfs: string };
  /** Further directories of the host that steps find, read-only, at their own place: absolute, or `~/…`. */
  readonly toolchains?: readonly string[];
}

/** A named DAG of steps. Made by {@link pipeline}. */
export class Pipeline {
  readonly name: string;
  readonly leaves: readonly Leaf[] | (() => readonly Leaf[]);
  readonly options: PipelineOptions;

  constructor(name: string, leaves: readonly Leaf[] | (() => readonly Leaf[]), options: PipelineOptions) {
    this.name = name;
    this.leaves = snapshot(leaves);
    this.options = snapshot(options);
    rememberOrigin(this);
    Object.freeze(this);
  }
}

/** A pipeline of these steps and all that they need. A function of leaves is called when the pipeline is compiled. */
export function pipeline(name: string, leaves: readonly Leaf[] | (() => readonly Leaf[]), options: PipelineOptions = {}): Pipeline {
  return new Pipeline(name, leaves, options);
}
