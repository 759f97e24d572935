import type { RunStatus, JobStatus } from "@fresco/lifecycle";
import type { DirectoryKind } from "@fresco/ports";

/** The columns as SQLite holds them: times in milliseconds since the epoch, JSON as text, absent as null. */
export interface Tables {
  readonly meta: MetaTable;
  readonly owners: OwnersTable;
  readonly runs: RunsTable;
  readonly jobs: JobsTable;
  readonly attempts: AttemptsTable;
  readonly events: EventsTable;
  readonly key_fields: KeyFieldsTable;
  readonly entries: EntriesTable;
  readonly directories: DirectoriesTable;
  readonly layers: LayersTable;
  readonly leases: LeasesTable;
  readonly claims: ClaimsTable;
  readonly pipelines: PipelinesTable;
}

export interface MetaTable {
  name: string;
  value: string | number | Uint8Array;
}

export interface OwnersTable {
  id: string;
  pid: number;
  start_time: string;
  boot_id: string;
  machine_id: string;
  pid_namespace: string;
  started_at: number;
  /** When its lock was found free. Set while the lock is held shared, so that an owner that is just opening sees it. */
  gone_at: number | null;
}

export interface RunsTable {
  id: string;
  owner: string | null;
  project: string;
  pipeline: string;
  tree: string;
  status: RunStatus;
  started_at: number;
  finished_at: number | null;
  ir: string;
  /** How many events it has; the next one's number. */
  events: number;
}

export interface JobsTable {
  run: string;
  step: string;
  position: number;
  label: string | null;
  status: JobStatus;
  attempt: number;
  exit_code: number | null;
  started_at: number | null;
  duration_ms: number | null;
  reason: string | null;
  log: string | null;
  key: string | null;
}

export interface AttemptsTable {
  run: string;
  step: string;
  attempt: number;
  sandbox: string | null;
  started_at: number | null;
  finished_at: number | null;
  /** What must be killed if the owner dies; null once nothing of the attempt runs. */
  remains: string | null;
  log: string | null;
}

export interface EventsTable {
  run: string;
  seq: number;
  ts: number;
  type: string;
  body: string;
}

/** The fields that a key was made of, once for all jobs and entries that have it. */
export interface KeyFieldsTable {
  key: string;
  fields: string;
}

export interface EntriesTable {
  key: string;
  project: string;
  pipeline: string;
  step: string;
  run: string;
  created_at: number;
  duration_ms: number;
  system: string | null;
  workspace: string | null;
  log: string;
}

export type DirectoryState = "reserved" | "complete" | "going";

export interface DirectoriesTable {
  id: string;
  kind: DirectoryKind;
  state: DirectoryState;
  /** Who reserved it; null once that owner left. */
  owner: string | null;
  bytes: number;
  note: string;
  last_used_at: number;
}

export interface LayersTable {
  id: string;
  digest: string;
  entries: number;
  footprint: string;
}

export interface LeasesTable {
  directory: string;
  owner: string;
}

export interface ClaimsTable {
  key: string;
  owner: string;
  since: number;
}

export interface PipelinesTable {
  key: string;
  value: string;
  last_used_at: number;
}
