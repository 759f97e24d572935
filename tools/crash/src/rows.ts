import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** What the database of a store says, read without the product's code. */
export interface Rows {
  readonly integrity: string;
  readonly owners: readonly string[];
  readonly runs: readonly { readonly id: string; readonly status: string }[];
  readonly unfinishedJobs: readonly string[];
  readonly leases: number;
  readonly claims: readonly string[];
  readonly directories: readonly { readonly id: string; readonly kind: string; readonly state: string }[];
  readonly layers: readonly { readonly id: string; readonly digest: string; readonly named: boolean }[];
  readonly logs: readonly string[];
  /** Logs that must be there: of commands that were started, and of entries. */
  readonly written: readonly string[];
  /** Logs of entries. */
  readonly kept: readonly string[];
  readonly remains: number;
}

/** `undefined`: there is no database, or one that nothing was written to yet. */
export function readRows(state: string): Rows | undefined {
  const path = join(state, "store.db");
  if (!existsSync(path)) return undefined;
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
  try {
    const texts = (sql: string): string[] =>
      database
        .prepare(sql)
        .all()
        .map((row) => String(Object.values(row)[0]));
    if (texts("SELECT name FROM sqlite_master").length === 0) return undefined;
    const records = (sql: string): Record<string, string>[] =>
      database
        .prepare(sql)
        .all()
        .map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)])));
    const field = (row: Record<string, string>, name: string): string => row[name] ?? "";
    return {
      integrity: texts("PRAGMA integrity_check").join("; "),
      owners: texts("SELECT id FROM owners"),
      runs: records("SELECT id, status FROM runs ORDER BY started_at, id").map((row) => ({
        id: field(row, "id"),
        status: field(row, "status"),
      })),
      unfinishedJobs: texts(
        "SELECT run || ' ' || step || ' ' || status FROM jobs WHERE status IN ('pending', 'queued', 'running', 'cancelling')",
      ),
      leases: texts("SELECT directory FROM leases").length,
      claims: texts("SELECT key FROM claims"),
      directories: records("SELECT id, kind, state FROM directories").map((row) => ({
        id: field(row, "id"),
        kind: field(row, "kind"),
        state: field(row, "state"),
      })),
      layers: records("SELECT id, digest, EXISTS (SELECT 1 FROM entries WHERE layers.id IN (system, workspace)) AS named FROM layers").map(
        (row) => ({
          id: field(row, "id"),
          digest: field(row, "digest"),
          named: field(row, "named") === "1",
        }),
      ),
      logs: texts(
        "SELECT log FROM jobs WHERE log IS NOT NULL UNION SELECT log FROM attempts WHERE log IS NOT NULL UNION SELECT log FROM entries",
      ),
      written: texts("SELECT log FROM attempts WHERE log IS NOT NULL AND started_at IS NOT NULL UNION SELECT log FROM entries"),
      kept: texts("SELECT log FROM entries"),
      remains: texts("SELECT step FROM attempts WHERE remains IS NOT NULL").length,
    };
  } finally {
    database.close();
  }
}
