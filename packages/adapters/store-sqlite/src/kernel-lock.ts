import Sqlite from "better-sqlite3";
import { closeSync, existsSync, openSync } from "node:fs";
import { isBusy, translated } from "./sqlite-error.ts";

/** What this process has: a connection that is garbage is closed when it is collected, and its lock is gone with it. */
const held = new Set<KernelLock>();

/**
 * An open exclusive transaction on a SQLite file of its own: the kernel releases it when this process dies, however that happens, and
 * children do not inherit it. Such files are opened through SQLite alone: closing any other descriptor of a file drops all of the
 * process's POSIX locks on it. Taking and probing go on only inside the store's write transaction, so that nobody mistakes one who
 * probes for the holder.
 */
export class KernelLock implements Disposable {
  readonly #connection: Sqlite.Database;

  private constructor(connection: Sqlite.Database) {
    this.#connection = connection;
  }

  /** Takes the lock, making the file (0600) if there is none. @throws FrescoError `store.busy` when somebody has it. */
  static take(path: string): KernelLock {
    createPrivate(path);
    const connection = new Sqlite(path, { timeout: 0 });
    try {
      connection.exec("BEGIN EXCLUSIVE");
      const lock = new KernelLock(connection);
      held.add(lock);
      return lock;
    } catch (error) {
      connection.close();
      throw translated(error, path);
    }
  }

  /** Does nobody have it? A missing file is a free lock. */
  static isFree(path: string): boolean {
    if (!existsSync(path)) return true;
    const connection = new Sqlite(path, { timeout: 0 });
    try {
      connection.exec("BEGIN EXCLUSIVE");
      return true;
    } catch (error) {
      if (isBusy(error)) return false;
      throw translated(error, path);
    } finally {
      connection.close();
    }
  }

  [Symbol.dispose](): void {
    held.delete(this);
    this.#connection.close();
  }
}

/** Makes an empty file (0600) if there is none. An existing one is not opened, see {@link KernelLock}. */
export function createPrivate(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}
