import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { FOLDERS } from "./bring-up.ts";
import type { Database } from "./database.ts";
import { unaccountedQueries } from "./unaccounted-queries.ts";

/**
 * Directories of the store that no row names. A row is committed before its directory is made and goes after it, so each of these was put
 * there by something else.
 */
export function unaccounted(store: string, database: Database): readonly string[] {
  // The disk is read before the rows: what is made in between has its row already.
  const found = [FOLDERS.layer, FOLDERS.tree, FOLDERS.image, FOLDERS.owners].flatMap((folder) =>
    readdirSync(join(store, folder)).map((id) => ({ folder, id })),
  );
  const queries = unaccountedQueries(database);
  const directories = new Set(queries.directories.all({}).map(({ id }) => id));
  const owners = new Set(queries.owners.all({}).map(({ id }) => id));
  return (
    found
      .filter(({ folder, id }) => !(folder === FOLDERS.owners ? owners : directories).has(id))
      .map(({ folder, id }) => join(store, folder, id))
      // One that went together with its row meanwhile is none.
      .filter((path) => existsSync(path))
  );
}
