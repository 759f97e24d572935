import { sql } from "kysely";
import type { Database } from "./database.ts";
import { query } from "./query-builder.ts";

/** What is asked and written of the store's few single values. */
export function metaQueries(database: Database) {
  return {
    takeIds: query<{ count: number }>(database)((db, $) =>
      db
        .updateTable("meta")
        .set({ value: sql<number>`value + ${$("count")}` })
        .where("name", "=", "last-id")
        .returning("value"),
    ),
    sealKey: query<Record<never, never>>(database)((db) => db.selectFrom("meta").select("value").where("name", "=", "seal-key")),
  };
}
