import { DummyDriver, Kysely, sql, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, type Compilable, type RawBuilder } from "kysely";
import type { Database } from "./database.ts";
import type { Bindings, CompiledQuery, Query } from "./query.ts";
import type { Tables } from "./tables.ts";

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

/** `query<{ key: string }>(database)((db, $) => db.selectFrom("entries").where("key", "=", $("key")).selectAll())` */
export function query<P extends Bindings>(database: Pick<Database, "prepare">): <O>(build: Build<P, O>) => Query<P, O> {
  return <O>(build: Build<P, O>) => database.prepare<P, O>(() => compile(build));
}

function compile<P extends Bindings, O>(build: Build<P, O>): CompiledQuery {
  const compiled = build(builder, (name) => sql`${new Placeholder(name)}`).compile();
  return {
    sql: compiled.sql,
    parameters: compiled.parameters.map((value) => (value instanceof Placeholder ? { name: value.name } : { value })),
  };
}

/** Stands in a query for a value that comes when it is run. */
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
