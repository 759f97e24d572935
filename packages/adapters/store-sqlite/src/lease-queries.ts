import type { Database } from "./database.ts";
import { query } from "./query-builder.ts";

/** What is written when an owner takes a directory into use, whatever it found it by. */
export function leaseQueries(database: Database) {
  return {
    lease: query<{ id: string; owner: string }>(database)((db, $) =>
      db
        .insertInto("leases")
        .values({ directory: $("id"), owner: $("owner") })
        .onConflict((conflict) => conflict.doNothing()),
    ),
    used: query<{ id: string; now: number }>(database)((db, $) =>
      db
        .updateTable("directories")
        .set({ last_used_at: $("now") })
        .where("id", "=", $("id")),
    ),
  };
}
