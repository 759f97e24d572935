import type { Clock, PipelineStore } from "@fresco/ports";
import type { Database } from "./database.ts";

export class SqlitePipelines implements PipelineStore {
  readonly #clock: Clock;
  readonly #database: Database;
  readonly #queries: ReturnType<typeof queries>;

  constructor(clock: Clock, database: Database) {
    this.#clock = clock;
    this.#database = database;
    this.#queries = queries(database);
  }

  async get(key: string): Promise<string | undefined> {
    return this.#queries.get.first({ key })?.value;
  }

  async put(key: string, value: string): Promise<void> {
    this.#database.write(() => this.#queries.put.run({ key, value, now: this.#clock.now() }));
  }
}

function queries(database: Database) {
  return {
    get: database.query<{ key: string }>()((db, $) => db.selectFrom("pipelines").select("value").where("key", "=", $("key"))),
    put: database.query<{ key: string; value: string; now: number }>()((db, $) =>
      db
        .insertInto("pipelines")
        .values({ key: $("key"), value: $("value"), last_used_at: $("now") })
        .onConflict((conflict) => conflict.column("key").doUpdateSet({ value: $("value"), last_used_at: $("now") })),
    ),
  };
}
