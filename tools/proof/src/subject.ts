import type { IR } from "@fresco/pipeline";
import type { Conditions } from "./model/conditions.ts";
import type { SystemKind } from "./model/model.ts";

/** What is compared with the model: a way to run pipelines on a project, with a cache of its own. */
export interface Subject {
  readonly name: string;
  /** What becomes of a step's changes to the system. */
  readonly system: SystemKind;
  /** Starts with an empty cache. `project`: absolute path of the user's directory. */
  open(project: string): Promise<Session>;
}

export interface Session extends AsyncDisposable {
  /** Runs the pipeline over the project's present files, keeping on after failures. */
  run(ir: IR, conditions: Conditions): Promise<ReadonlyMap<string, Outcome>>;
  /** Takes a step's entries out of the cache. */
  evict(step: string): Promise<void>;
}

/** What came of one step. */
export interface Outcome {
  readonly status: "passed" | "cached" | "failed" | "skipped" | "timed-out" | "crashed" | "cancelled";
  readonly exitCode: number | null;
  /** Both streams, as bytes in latin1. Of a cached step: what was replayed. */
  readonly output: string;
  /** Digest of what it changed in the workspace, where that is known: the same for every strategy. */
  readonly layer?: string;
  /** For a reader. */
  readonly reason?: string;
}
