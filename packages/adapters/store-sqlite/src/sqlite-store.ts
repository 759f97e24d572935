import { createHmac } from "node:crypto";
import { resolve } from "node:path";
import type { Clock, Store } from "@fresco/ports";
import { bringUp } from "./bring-up.ts";
import type { Database } from "./database.ts";
import { SqliteDirectories } from "./directories.ts";
import { SqliteEntries } from "./entries.ts";
import { EventLog } from "./event-log.ts";
import { metaQueries } from "./meta-queries.ts";
import { MIGRATIONS } from "./migrations.ts";
import { SqliteOwners } from "./owners.ts";
import { SqlitePipelines } from "./pipelines.ts";
import { SqliteRuns } from "./runs.ts";
import { unaccounted } from "./unaccounted.ts";

export interface SqliteStoreOptions {
  /** Where everything is kept; made (0700) if there is none. On a local disk. */
  readonly directory: string;
  readonly clock: Clock;
}

/** The store in one SQLite database, `store.db`, beside the directories that its rows name. */
export class SqliteStore implements Store {
  readonly owners: SqliteOwners;
  readonly runs: SqliteRuns;
  readonly entries: SqliteEntries;
  readonly directories: SqliteDirectories;
  readonly pipelines: SqlitePipelines;
  /** The version of the schema that an open store has. */
  readonly schema: number = MIGRATIONS.length;
  readonly #directory: string;
  readonly #database: Database;
  readonly #sealKey: () => string | Uint8Array;
  /** Every step of a run has much the same variables. */
  readonly #seals = new Map<string, string>();

  private constructor(directory: string, clock: Clock, database: Database) {
    const events = new EventLog(database);
    this.#directory = directory;
    this.#database = database;
    this.#sealKey = sealKey(database);
    this.owners = new SqliteOwners(directory, clock, database, events);
    this.runs = new SqliteRuns(database, events);
    this.directories = new SqliteDirectories(directory, clock, database);
    this.entries = new SqliteEntries(directory, clock, database, (owner) => this.owners.isGoneNow(owner));
    this.pipelines = new SqlitePipelines(clock, database);
  }

  /**
   * Opens the store, making it or bringing its schema up to date where needed.
   * @throws FrescoError `store.newer`, `store.not-fresco`, `store.network-filesystem`, `store.foreign`, `store.read-only`, `store.full`, `store.damaged`, `store.busy`.
   */
  static async open({ directory, clock }: SqliteStoreOptions): Promise<SqliteStore> {
    const absolute = resolve(directory);
    return new SqliteStore(absolute, clock, bringUp(absolute));
  }

  seal(value: string): string {
    const known = this.#seals.get(value);
    if (known !== undefined) return known;
    const seal = createHmac("sha256", this.#sealKey()).update(value, "utf8").digest("hex");
    this.#seals.set(value, seal);
    return seal;
  }

  /** Directories inside the store that none of its rows names: leftovers that only a person should remove. Absolute. */
  unaccounted(): readonly string[] {
    return unaccounted(this.#directory, this.#database);
  }

  /** Ends the owners that were opened here, then closes the database. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.owners.close();
    this.#database.close();
  }
}

function sealKey(database: Database): () => string | Uint8Array {
  const queries = metaQueries(database);
  let key: string | Uint8Array | undefined;
  return () => {
    if (key !== undefined) return key;
    const value = queries.sealKey.first({})?.value;
    if (value === undefined || typeof value === "number") throw new Error("the store has no key to seal with");
    return (key = value);
  };
}
