import type { Database } from "./database.ts";
import { query } from "./query-builder.ts";

/** What {@link unaccounted} asks. */
export function unaccountedQueries(database: Database) {
  return {
    directories: query<Record<never, never>>(database)((db) => db.selectFrom("directories").select("id")),
    owners: query<Record<never, never>>(database)((db) => db.selectFrom("owners").select("id")),
  };
}
