import type Sqlite from "better-sqlite3";
import { translated } from "./sqlite-error.ts";

export type Value = string | number | null | Uint8Array;
/** What a query is run with, by name. */
export type Bindings = Readonly<Record<string, Value>>;

/** A query as SQLite reads it. */
export interface CompiledQuery {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
}

/** What a place of a query holds: always the same, or what comes by this name when it is run. */
export type Parameter = { readonly value: unknown } | { readonly name: string };

/** A query that is compiled and prepared at its first use, and run with other values each time. */
export class Query<P extends Bindings, O> {
  readonly #connection: Sqlite.Database;
  readonly #compile: () => CompiledQuery;
  #prepared: { readonly statement: Sqlite.Statement<unknown[], O>; readonly parameters: readonly Parameter[] } | undefined;

  constructor(connection: Sqlite.Database, compile: () => CompiledQuery) {
    this.#connection = connection;
    this.#compile = compile;
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
      const values = this.#prepared.parameters.map((parameter) => ("name" in parameter ? bindings[parameter.name] : parameter.value));
      return use(this.#prepared.statement, values);
    } catch (error) {
      throw translated(error, this.#connection.name);
    }
  }

  #prepare(): { statement: Sqlite.Statement<unknown[], O>; parameters: readonly Parameter[] } {
    const { sql, parameters } = this.#compile();
    return { statement: this.#connection.prepare<unknown[], O>(sql), parameters };
  }
}
