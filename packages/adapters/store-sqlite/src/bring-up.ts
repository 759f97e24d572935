import Sqlite from "better-sqlite3";
import { dirname, join } from "node:path";
import { FrescoError } from "@fresco/ports";
import { Database } from "./database.ts";
import { createPrivate } from "./kernel-lock.ts";
import { APPLICATION_ID, MIGRATIONS } from "./migrations.ts";
import { refuseNetworkFilesystem } from "./network-filesystem.ts";
import { privateDirectory, privateFile } from "./private-files.ts";
import { translated } from "./sqlite-error.ts";

/** How long a command waits for another one's write. Writes are short; this is for machines that were asleep. */
const BUSY_TIMEOUT_MS = 10_000;

/** Directories of the store, by what is in them. Short, since mount options are limited to a page. */
export const FOLDERS = { locks: "owners", owners: "o", layer: "l", tree: "t", image: "i" } as const;

/**
 * The only way to a connection, so that no default can be passed by: a private directory on a local disk, Fresco's own file, the newest
 * schema, WAL, foreign keys, a busy timeout.
 * @throws FrescoError `store.*`
 */
export function bringUp(directory: string): Database {
  privateDirectory(directory);
  refuseNetworkFilesystem(directory);
  for (const folder of Object.values(FOLDERS)) privateDirectory(join(directory, folder));
  const path = join(directory, "store.db");
  createFile(path);
  for (const suffix of ["", "-wal", "-shm"]) privateFile(path + suffix);
  let connection: Sqlite.Database | undefined;
  try {
    connection = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS });
    connection.exec("PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF");
    if (schemaVersion(connection, path) < MIGRATIONS.length) migrate(connection, path);
    return new Database(connection);
  } catch (error) {
    connection?.close();
    throw translated(error, path);
  }
}

function createFile(path: string): void {
  try {
    createPrivate(path);
  } catch (cause) {
    throw new FrescoError("store.read-only", `${path} cannot be made.`, {
      hint: "Check the permissions of its directory and whether its file system is mounted read-only.",
      cause,
    });
  }
}

/** How many migrations it took. @throws FrescoError `store.newer`, `store.not-fresco` */
function schemaVersion(connection: Sqlite.Database, path: string): number {
  const statement = connection.prepare<[], { readonly version: number; readonly application: number; readonly tables: number }>(
    "SELECT (SELECT user_version FROM pragma_user_version) AS version, (SELECT application_id FROM pragma_application_id) AS application, EXISTS (SELECT 1 FROM sqlite_master) AS tables",
  );
  const { version, application, tables } = statement.get() ?? { version: 0, application: 0, tables: 0 };
  const untouched = version === 0 && application === 0 && tables === 0;
  if (application !== APPLICATION_ID && !untouched) {
    throw new FrescoError("store.not-fresco", `${path} is the database of another program.`, {
      hint: "Let FRESCO_HOME name another directory.",
    });
  }
  if (version > MIGRATIONS.length) {
    throw new FrescoError(
      "store.newer",
      `${path} was written by a newer Fresco (schema ${version}; this one knows ${MIGRATIONS.length}).`,
      {
        hint: "Update Fresco, or let FRESCO_HOME name another directory.",
      },
    );
  }
  return version;
}

function migrate(connection: Sqlite.Database, path: string): void {
  // Turning WAL on fails at once, without the busy timeout, when two processes do it together; one at a time, in turn.
  using _turn = new Turn(join(dirname(path), FOLDERS.locks, "bring-up.lock"));
  connection.pragma("journal_mode = WAL");
  connection.pragma("synchronous = FULL");
  connection.exec("BEGIN IMMEDIATE");
  for (const step of MIGRATIONS.slice(schemaVersion(connection, path))) connection.exec(step);
  connection.pragma(`application_id = ${APPLICATION_ID}`);
  connection.pragma(`user_version = ${MIGRATIONS.length}`);
  connection.exec("COMMIT; PRAGMA synchronous = NORMAL");
}

/** One process at a time; the others wait. */
class Turn implements Disposable {
  readonly #connection: Sqlite.Database;

  constructor(path: string) {
    createPrivate(path);
    this.#connection = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS });
    this.#connection.exec("BEGIN EXCLUSIVE");
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}
