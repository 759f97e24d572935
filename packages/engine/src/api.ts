import type { KeyFields } from "@fresco/cache-keys";
import type { FinishedJobStatus, FinishedRunStatus, Reason, RunEvent } from "@fresco/lifecycle";
import type { IR } from "@fresco/pipeline";
import type {
  Clock,
  Entry,
  FrozenSource,
  LayerRef,
  Layers,
  Logs,
  Processes,
  Sandbox,
  Source,
  Store,
  StoredEvent,
  Workspaces,
} from "@fresco/ports";
import type { OutputChunk } from "./event-stream.ts";

/** What an engine stands on. Bring your own of any of them. */
export interface EnginePorts {
  readonly source: Source;
  readonly workspaces: Workspaces;
  readonly layers: Layers;
  readonly sandbox: Sandbox;
  /** For steps whose base is an image. @default the same */
  readonly imageSandbox?: Sandbox;
  readonly store: Store;
  readonly logs: Logs;
  readonly clock: Clock;
  readonly processes: Processes;
}

/** Executes pipelines. Closing it stops what still runs, keeps what is whole and gives up what it owns; the ports stay open. */
export interface Engine extends AsyncDisposable {
  /** Starts a run. Its problems with input arrive through {@link Run.result}, which then rejects with a coded error before anything ran. */
  run(ir: IR, options?: RunOptions): Run;
  /** What a run with these options would do now, step by step. Executes nothing and stores nothing. */
  plan(ir: IR, options?: RunOptions): Promise<Plan>;
}

export interface RunOptions {
  /** The project's name in the store: the absolute path of its root. @default "" */
  readonly project?: string;
  /** The source, where it was frozen already. @default frozen at the start of the run */
  readonly source?: FrozenSource;
  /** Asks to stop: TERM to the running steps, KILL after their grace. */
  readonly signal?: AbortSignal;
  /** Insists: KILL at once. */
  readonly kill?: AbortSignal;
  /** How many steps execute at the same time. @default 1 */
  readonly parallel?: number;
  /** Go on with what does not need the failed step. @default false */
  readonly keepGoing?: boolean;
  /** `false`: look nothing up; results are still stored. @default true */
  readonly readCache?: boolean;
  /** Only these steps and what they need. */
  readonly only?: readonly string[];
  /** This step and what depends on it execute; the rest comes from the cache where it can. */
  readonly from?: string;
  /** Milliseconds for the whole run, instead of the pipeline's. */
  readonly timeout?: number;
  /** Variables that `env()` references resolve against. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Variables added to every step's environment, over its own. */
  readonly env?: Readonly<Record<string, string>>;
  /** `false`: leave `job.log` out of the events, and the logs unread. @default true */
  readonly logEvents?: boolean;
  /** Steps whose changes to the workspace are wanted in {@link JobResult.workspace} although nothing else needs them. */
  readonly exports?: readonly string[];
  /** Values of secrets by name. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Where a sandbox without a workspace path of its own finds the workspace: one stable path per project. @default inside the owner's directory */
  readonly workspacePath?: string;
}

export interface Run {
  /** Resolves once the run has a row; rejects when it never gets one. */
  readonly id: Promise<string>;
  /** Everything that happens, in order, nothing dropped however slowly it is read. For one reader; output is read back from the logs as it is asked for, so memory stays bounded. */
  readonly events: AsyncIterable<RunEvent>;
  /** The same for a reader that wants output as bytes rather than as lines, some twenty times as fast. Instead of `events`. */
  readonly chunked: () => AsyncIterable<StoredEvent | OutputChunk>;
  /** @throws FrescoError on bad input (before anything ran) or broken surroundings. */
  readonly result: Promise<RunResult>;
}

export interface RunResult {
  readonly run: string;
  readonly status: FinishedRunStatus;
  readonly jobs: readonly JobResult[];
}

export interface JobResult {
  readonly job: string;
  readonly status: FinishedJobStatus;
  readonly exitCode: number | null;
  readonly durationMs: number;
  readonly reason?: Reason;
  /** Names the log in {@link Logs}. */
  readonly log?: string;
  /** What it changed in the workspace. Whole until the engine is closed; for a stored step as long as the cache keeps it. */
  readonly workspace?: LayerRef;
}

export interface Plan {
  readonly tree: string;
  readonly steps: readonly PlannedStep[];
}

export interface PlannedStep {
  readonly step: string;
  /**
   * `hit`: from the cache. `execute`: it would run, `why` says for what reason. `undecided`: that depends on what a step beneath it gives.
   * `skipped`: not selected.
   */
  readonly decision: "hit" | "execute" | "undecided" | "skipped";
  readonly why: string;
  /** The key and what it is made of, environment sealed; for cacheable steps whose layers beneath are known. */
  readonly key?: string;
  readonly fields?: KeyFields;
  /** The entry that is hit, or the step's newest one. */
  readonly entry?: Entry;
}
