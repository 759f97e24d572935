import type Sqlite from "better-sqlite3";
import { DummyDriver, Kysely, sql, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, type Compilable, type RawBuilder } from "kysely";
import { translated } from "./sqlite-error.ts";
import type { Tables } from "./tables.ts";

export type Value = string | number | null | Uint8Array;
/** What a query is run with, by name. */
export type Bindings = Readonly<Record<string, Value>>;

/** Builds queries and compiles them; never runs one. */
const builder = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

type Build<P extends Bindings, O> = (db: Kysely<Tables>, $: <N extends keyof P & string>(name: N) => RawBuilder<P[N]>) => Compilable<O>;

/**
 * One connection. Queries are written with kysely, compiled and prepared at their first use, and run synchronously, so that no other
 * work of this process comes between the statements of a transaction.
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

  /** `query<{ key: string }>()((db, $) => db.selectFrom("entries").where("key", "=", $("key")).selectAll())` */
  query<P extends Bindings>(): <O>(build: Build<P, O>) => Query<P, O> {
    return (build) => new Query(this.#connection, build);
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

/** A query that is compiled and prepared once, and run with other values each time. */
export class Query<P extends Bindings, O> {
  readonly #connection: Sqlite.Database;
  readonly #build: Build<P, O>;
  #prepared: { readonly statement: Sqlite.Statement<unknown[], O>; readonly parameters: readonly unknown[] } | undefined;

  constructor(connection: Sqlite.Database, build: Build<P, O>) {
    this.#connection = connection;
    this.#build = build;
  }

  all(bindings: P): O[] {
    return this.#run(bindings, (statement, values) => statement.all(...values));
  }

  first(bindings: P): O | undefined {
    return this.#run(bindings, (statement, values) => statement.get(...values));
  }

  /** How many rows it changed. */
  run(bindings: P): number {
    return this.#run(bindings, (statement, values) => statement.run(...values).changes);
  }

  #run<R>(bindings: P, use: (statement: Sqlite.Statement<unknown[], O>, values: unknown[]) => R): R {
    try {
      this.#prepared ??= this.#prepare();
      const values = this.#prepared.parameters.map((parameter) =>
        parameter instanceof Placeholder ? bindings[parameter.name] : parameter,
      );
      return use(this.#prepared.statement, values);
    } catch (error) {
      throw translated(error, this.#connection.name);
    }
  }

  #prepare(): { statement: Sqlite.Statement<unknown[], O>; parameters: readonly unknown[] } {
    const compiled = this.#build(builder, (name) => sql`${new Placeholder(name)}`).compile();
    return { statement: this.#connection.prepare<unknown[], O>(compiled.sql), parameters: compiled.parameters };
  }
}

/** Stands in a compiled query for a value that comes when it is run. */
class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** `column IN ${among($("ids"))}` for a JSON array, so that the text of the query does not depend on how many there are. */
export function among(json: RawBuilder<string>): RawBuilder<string> {
  return sql<string>`(SELECT value FROM json_each(${json}))`;
}
