import type { KeyFields } from "@fresco/cache-keys";
import type { JobStatus, Reason, RunEvent, RunStatus } from "@fresco/lifecycle";
import type { BytePath, IR } from "@fresco/pipeline";
import type { CapturedLayer } from "./layers.ts";
import type { ProcessIdentity } from "./processes.ts";
import type { LeftStep } from "./sandbox.ts";

/** The one source of truth about runs, entries, layers, directories, owners and leases. */
export interface Store extends AsyncDisposable {
  readonly owners: OwnerStore;
  readonly runs: RunStore;
  readonly entries: EntryStore;
  readonly directories: DirectoryStore;
  readonly pipelines: PipelineStore;
  /** HMAC-SHA-256 under a key that never leaves this store, hex. What is stored in place of environment values. */
  seal(value: string): string;
}

export interface OwnerStore {
  /** Commits the owner's row (durably) and takes a lock that the kernel releases when this process dies. */
  open(owner: OwnerFacts): Promise<Owner>;
  /** Owners whose lock is free: they are gone, and only they. Their rows stay until {@link OwnerStore.forget}. */
  gone(): Promise<readonly GoneOwner[]>;
  /** Is this owner's lock free? An unknown owner is gone. */
  isGone(owner: string): Promise<boolean>;
  /** Ends the owner's runs and jobs as `crashed`, frees leases and claims, and removes its row. After everything else was reclaimed. */
  forget(owner: string, now: number): Promise<void>;
}

export interface OwnerFacts {
  readonly process: ProcessIdentity;
  readonly startedAt: number;
}

/** Ends when it is disposed of. With directories that it has reserved and neither completed nor forgotten it counts as gone instead. */
export interface Owner extends AsyncDisposable {
  readonly id: string;
  /** The owner's private directory (0700) for everything that goes with it: workspaces, uncached layers. Short, since mount options are limited. */
  readonly directory: string;
}

export interface GoneOwner {
  readonly id: string;
  readonly directory: string;
  /** Runs that it left unfinished. */
  readonly runs: readonly string[];
  /** Steps that were running. */
  readonly steps: readonly (LeftStep & { readonly run: string; readonly job: string; readonly sandbox: string })[];
  /** Directories that it had reserved and not completed. */
  readonly directories: readonly Directory[];
  /** What it had claimed. */
  readonly claims: readonly string[];
}

export interface RunStore {
  create(run: NewRun): Promise<{ readonly id: string }>;
  /**
   * Appends events and brings the rows of runs, jobs and attempts to what they say, in one transaction. In order; `job.log` is refused.
   */
  append(events: readonly StoredEvent[]): Promise<void>;
  /** Remembers what must be killed if the owner dies. */
  started(run: string, job: string, attempt: number, sandbox: string, left: LeftStep): Promise<void>;
  /** Names the log of a job's attempt, which {@link JobRecord.log} then tells (a cached job: the entry's log, attempt 0). */
  logged(run: string, job: string, attempt: number, log: string): Promise<void>;
  /** Newest first. */
  list(filter?: { readonly project?: string; readonly limit?: number }): Promise<readonly RunRecord[]>;
  /** By unique prefix of an id, or `@latest` (of the project, if given). */
  find(
    reference: string,
    project?: string,
  ): Promise<
    | { readonly type: "found"; readonly run: RunRecord }
    | { readonly type: "none" }
    | { readonly type: "ambiguous"; readonly ids: readonly string[] }
  >;
  jobs(run: string): Promise<readonly JobRecord[]>;
  events(run: string): Promise<readonly (StoredEvent & { readonly seq: number })[]>;
  ir(run: string): Promise<IR | undefined>;
}

export type StoredEvent = Exclude<RunEvent, { readonly type: "job.log" }>;

export interface NewRun {
  readonly owner: string;
  /** Absolute path of the project's root. */
  readonly project: string;
  readonly ir: IR;
  readonly tree: string;
  readonly startedAt: number;
  readonly jobs: readonly { readonly step: string; readonly label: string | undefined }[];
}

export interface RunRecord {
  readonly id: string;
  readonly project: string;
  readonly pipeline: string;
  readonly tree: string;
  readonly status: RunStatus;
  readonly owner: string | undefined;
  readonly startedAt: number;
  readonly finishedAt: number | undefined;
}

export interface JobRecord {
  readonly run: string;
  /** The step's id. */
  readonly step: string;
  readonly label: string | undefined;
  readonly status: JobStatus;
  readonly attempt: number;
  readonly exitCode: number | undefined;
  readonly startedAt: number | undefined;
  readonly durationMs: number | undefined;
  readonly reason: Reason | undefined;
  /** Names its log; a cached job shares the entry's. */
  readonly log: string | undefined;
  /** What was looked up or stored under, and the fields it was made of (environment sealed). */
  readonly key: string | undefined;
  readonly fields: KeyFields | undefined;
}

export interface EntryStore {
  /**
   * The entry under this key whose layers' directories exist with their completion marks, leased to the owner in the same transaction; `undefined` is a miss.
   * What is found damaged is removed by compare-and-delete.
   */
  lookup(key: string, fields: KeyFields, owner: string): Promise<Entry | undefined>;
  /** Stores entries and marks their layers complete, in one durable transaction. The layers must have been synced. A key that is taken gets the new entry, whatever the clocks say: one from the future would never hit again. */
  save(entries: readonly NewEntry[]): Promise<void>;
  /** Removes this entry if it is still the one under its key; its layers' directories go when nobody leases them. */
  drop(entry: Entry): Promise<void>;
  /** Removes entries; their layers' directories go when nobody leases them. */
  remove(keys: readonly string[]): Promise<void>;
  /** The newest entry of a step, for `explain`. */
  latest(project: string, pipeline: string, step: string): Promise<Entry | undefined>;
  /** All, newest first. */
  list(): Promise<readonly Entry[]>;
  /**
   * Claims the computing of a key. `claimed`: compute it, then save or {@link EntryStore.unclaim}. `held`: a live owner computes it.
   * A claim of an owner that is gone is taken over.
   */
  claim(
    key: string,
    owner: string,
    now: number,
  ): Promise<
    | { readonly type: "claimed" }
    | { readonly type: "held"; readonly owner: string; readonly run: string | undefined; readonly since: number }
  >;
  unclaim(key: string, owner: string): Promise<void>;
  /** Tells the key and the sealed fields of a job, whatever came of it. */
  describe(run: string, step: string, key: string, fields: KeyFields): Promise<void>;
}

export interface Entry {
  readonly key: string;
  /** Environment values sealed. */
  readonly fields: KeyFields;
  readonly project: string;
  readonly pipeline: string;
  readonly step: string;
  /** The run that computed it. */
  readonly run: string;
  readonly createdAt: number;
  readonly durationMs: number;
  readonly system: StoredLayer | undefined;
  readonly workspace: StoredLayer | undefined;
  readonly log: string;
}

export type StoredLayer = CapturedLayer & { readonly footprint: readonly BytePath[] };
export type NewEntry = Entry;

/** Directories below the store's own: layers and materialised trees. A row is committed before a directory is made, and goes after it. */
export interface DirectoryStore {
  /** Reserves names, durably; nothing is made on the disk. */
  reserve(kind: DirectoryKind, owner: string, count: number): Promise<readonly Directory[]>;
  /** Marks a directory whole (a completion mark is written inside it first). Not for layers, which are completed by {@link EntryStore.save}. */
  complete(id: string, facts: { readonly bytes: number; readonly note: string }): Promise<void>;
  /** Removes rows (and their completion marks) of directories that the caller has removed or never made. */
  forget(ids: readonly string[]): Promise<void>;
  /** Complete ones of a kind whose `note` starts so, newest first. */
  list(kind: DirectoryKind, notePrefix?: string): Promise<readonly CompleteDirectory[]>;
  /** Leases it if it is still there and complete. */
  lease(id: string, owner: string): Promise<boolean>;
  release(ids: readonly string[], owner: string): Promise<void>;
  /** Complete directories that nothing names or leases any more, and marks them as going, so that none can lease them. The caller removes them and then forgets them. */
  condemn(kind: DirectoryKind, keep: readonly string[]): Promise<readonly Directory[]>;
}

/** `image`: a root file system that was unpacked from an image. */
export type DirectoryKind = "layer" | "tree" | "image";

export interface Directory {
  readonly id: string;
  readonly kind: DirectoryKind;
  /** Absolute. */
  readonly path: string;
}

export interface CompleteDirectory extends Directory {
  readonly bytes: number;
  readonly note: string;
  readonly lastUsedAt: number;
}

/** IR of loaded pipelines by what their loading saw. */
export interface PipelineStore {
  get(key: string): Promise<string | undefined>;
  put(key: string, value: string): Promise<void>;
}
