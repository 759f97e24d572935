import type Sqlite from "better-sqlite3";
import { type Bindings, type CompiledQuery, Query } from "./query.ts";
import { translated } from "./sqlite-error.ts";

/**
 * One connection. Queries are run synchronously, so that no other work of this process comes between the statements of a
 * transaction.
 */
export class Database {
  readonly #connection: Sqlite.Database;
  readonly #begin: Sqlite.Statement<[]>;
  readonly #commit: Sqlite.Statement<[]>;

  constructor(connection: Sqlite.Database) {
    this.#connection = connection;
    this.#begin = connection.prepare<[]>("BEGIN IMMEDIATE");
    this.#commit = connection.prepare<[]>("COMMIT");
  }

  prepare<P extends Bindings, O>(compile: () => CompiledQuery): Query<P, O> {
    return new Query<P, O>(this.#connection, compile);
  }

  /** Runs `work` as one transaction that holds the write lock from its start. Survives the death of the process, but not always a power cut. */
  write<T>(work: () => T): T {
    try {
      this.#begin.run();
      const result = work();
      this.#commit.run();
      return result;
    } catch (error) {
      if (this.#connection.inTransaction) this.#connection.exec("ROLLBACK");
      throw translated(error, this.#connection.name);
    }
  }

  /** As {@link Database.write}, and what it wrote (and everything before it) survives a power cut. */
  writeDurably<T>(work: () => T): T {
    this.#connection.pragma("synchronous = FULL");
    try {
      return this.write(work);
    } finally {
      this.#connection.pragma("synchronous = NORMAL");
    }
  }

  close(): void {
    this.#connection.close();
  }
}
