import type { Database } from "./database.ts";
import { query } from "./query-builder.ts";

/** What {@link SqlitePipelines} asks and writes. */
export function pipelineQueries(database: Database) {
  return {
    get: query<{ key: string }>(database)((db, $) => db.selectFrom("pipelines").select("value").where("key", "=", $("key"))),
    put: query<{ key: string; value: string; now: number }>(database)((db, $) =>
      db
        .insertInto("pipelines")
        .values({ key: $("key"), value: $("value"), last_used_at: $("now") })
        .onConflict((conflict) => conflict.column("key").doUpdateSet({ value: $("value"), last_used_at: $("now") })),
    ),
  };
}
