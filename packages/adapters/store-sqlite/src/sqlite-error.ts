import Sqlite from "better-sqlite3";
import { FrescoError } from "@fresco/ports";

/** What SQLite could not do, as an error for a person. Everything that is not SQLite's stays what it was. */
export function translated(error: unknown, path: string): unknown {
  if (!(error instanceof Sqlite.SqliteError)) return error;
  const code = error.code;
  if (code === "SQLITE_FULL") {
    return new FrescoError("store.full", `The disk that holds ${path} is full.`, {
      hint: "Free some space there, or let FRESCO_HOME name a directory on another disk.",
      cause: error,
    });
  }
  if (code.startsWith("SQLITE_READONLY") || code === "SQLITE_CANTOPEN" || code === "SQLITE_PERM") {
    return new FrescoError("store.read-only", `${path} cannot be written.`, {
      hint: "Check the permissions of its directory and whether its file system is mounted read-only.",
      cause: error,
    });
  }
  if (code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB") {
    return new FrescoError("store.damaged", `${path} is damaged, or is no database of Fresco's.`, {
      hint: "Move its directory away; the next command starts with an empty store.",
      cause: error,
    });
  }
  if (code.startsWith("SQLITE_BUSY")) {
    return new FrescoError("store.busy", `Another process has been writing to ${path} for too long.`, {
      hint: "Try again; if it stays so, look for a stopped process that has the file open.",
      cause: error,
    });
  }
  if (code.startsWith("SQLITE_IOERR")) {
    return new FrescoError("store.io", `The disk that holds ${path} reports an error: ${error.message}.`, {
      hint: "Check the disk and the system's log.",
      cause: error,
    });
  }
  return error;
}

/** Does somebody else hold the lock that this needed? */
export function isBusy(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith("SQLITE_BUSY");
}
