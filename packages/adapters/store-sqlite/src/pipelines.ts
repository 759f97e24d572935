import type { Clock, PipelineStore } from "@fresco/ports";
import type { Database } from "./database.ts";
import { pipelineQueries } from "./pipeline-queries.ts";

export class SqlitePipelines implements PipelineStore {
  readonly #clock: Clock;
  readonly #database: Database;
  readonly #queries: ReturnType<typeof pipelineQueries>;

  constructor(clock: Clock, database: Database) {
    this.#clock = clock;
    this.#database = database;
    this.#queries = pipelineQueries(database);
  }

  async get(key: string): Promise<string | undefined> {
    return this.#queries.get.first({ key })?.value;
  }

  async put(key: string, value: string): Promise<void> {
    this.#database.write(() => this.#queries.put.run({ key, value, now: this.#clock.now() }));
  }
}
