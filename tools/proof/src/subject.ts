import type { IR } from "@fresco/pipeline";

/** What is compared with the model: a way to run pipelines on a project, with a cache of its own. */
export interface Subject {
  readonly name: string;
  /** Does what a step leaves in `HOME` pass on to its children? */
  readonly system: boolean;
  /** Starts with an empty cache. `project`: absolute path of the user's directory. */
  open(project: string): Promise<Session>;
}

export interface Session extends AsyncDisposable {
  /** Runs the pipeline over the project's present files, keeping on after failures. `now`: milliseconds since the epoch. */
  run(ir: IR, options: { readonly now: number }): Promise<ReadonlyMap<string, Outcome>>;
  /** Takes a step's entries out of the cache. */
  evict(step: string): Promise<void>;
}

/** What came of one step. */
export interface Outcome {
  readonly status: "passed" | "cached" | "failed" | "skipped" | "timed-out" | "crashed" | "cancelled";
  readonly exitCode: number | null;
  /** Both streams, as bytes in latin1. Of a cached step: what was replayed. */
  readonly output: string;
  /** For a reader. */
  readonly reason?: string;
}
