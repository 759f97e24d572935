/** Says that a SQLite file is Fresco's: "Frsc". */
export const APPLICATION_ID = 0x46_72_73_63;

/**
 * The schema, step by step. Append only: a released step is never edited, since databases remember how many they took in `user_version`.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value ANY NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO meta VALUES ('seal-key', randomblob(32)), ('last-id', 0);

  CREATE TABLE owners (
    id TEXT PRIMARY KEY,
    pid INTEGER NOT NULL,
    start_time TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    machine_id TEXT NOT NULL,
    pid_namespace TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    gone_at INTEGER
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    owner TEXT REFERENCES owners ON DELETE SET NULL,
    project TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    tree TEXT NOT NULL,
    status TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    ir TEXT NOT NULL,
    events INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX runs_by_time ON runs (started_at, id);
  CREATE INDEX runs_by_owner ON runs (owner);

  CREATE TABLE jobs (
    run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
    step TEXT NOT NULL,
    position INTEGER NOT NULL,
    label TEXT,
    status TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    exit_code INTEGER,
    started_at INTEGER,
    duration_ms REAL,
    reason TEXT,
    log TEXT,
    key TEXT,
    PRIMARY KEY (run, step)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE attempts (
    run TEXT NOT NULL,
    step TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    sandbox TEXT,
    started_at INTEGER,
    finished_at INTEGER,
    remains TEXT,
    log TEXT,
    PRIMARY KEY (run, step, attempt),
    FOREIGN KEY (run, step) REFERENCES jobs ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE events (
    run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    ts INTEGER NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (run, seq)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE key_fields (
    key TEXT PRIMARY KEY,
    fields TEXT NOT NULL
  ) STRICT;

  CREATE TABLE directories (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    owner TEXT REFERENCES owners ON DELETE SET NULL,
    bytes INTEGER NOT NULL,
    note TEXT NOT NULL,
    last_used_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX directories_by_owner ON directories (owner);

  CREATE TABLE layers (
    id TEXT PRIMARY KEY REFERENCES directories ON DELETE CASCADE,
    digest TEXT NOT NULL,
    entries INTEGER NOT NULL,
    footprint TEXT NOT NULL
  ) STRICT;

  CREATE TABLE entries (
    key TEXT PRIMARY KEY,
    project TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    step TEXT NOT NULL,
    run TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    duration_ms REAL NOT NULL,
    system TEXT REFERENCES layers ON DELETE CASCADE,
    workspace TEXT REFERENCES layers ON DELETE CASCADE,
    log TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX entries_by_step ON entries (project, pipeline, step, created_at);
  CREATE INDEX entries_by_system ON entries (system);
  CREATE INDEX entries_by_workspace ON entries (workspace);

  CREATE TABLE leases (
    directory TEXT NOT NULL REFERENCES directories ON DELETE CASCADE,
    owner TEXT NOT NULL REFERENCES owners ON DELETE CASCADE,
    PRIMARY KEY (directory, owner)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX leases_by_owner ON leases (owner);

  CREATE TABLE claims (
    key TEXT PRIMARY KEY,
    owner TEXT NOT NULL REFERENCES owners ON DELETE CASCADE,
    since INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX claims_by_owner ON claims (owner);

  CREATE TABLE pipelines (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    last_used_at INTEGER NOT NULL
  ) STRICT;
  `,
];
