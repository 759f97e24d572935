import { mkdirSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { reconcile } from "@fresco/lifecycle";
import { FrescoError, type Clock, type GoneOwner, type Owner, type OwnerFacts, type OwnerStore } from "@fresco/ports";
import { FOLDERS } from "./bring-up.ts";
import type { Database } from "./database.ts";
import { directoryPath } from "./directories.ts";
import type { EventLog } from "./event-log.ts";
import { ShortIds } from "./ids.ts";
import { parseLeftStep } from "./json-columns.ts";
import { KernelLock } from "./kernel-lock.ts";
import { ownerQueries } from "./owner-queries.ts";

/**
 * An owner's life: its row is committed, then it takes its lock, both under the store's write lock, which is also held by whoever looks
 * whether the lock is free. Found free, the row says so for ever (`gone_at`), and only then anything of the owner is destroyed. The lock
 * file goes before the row, so that no file is ever left without one.
 */
export class SqliteOwners implements OwnerStore {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #database: Database;
  readonly #events: EventLog;
  readonly #ids: ShortIds;
  readonly #queries: ReturnType<typeof ownerQueries>;
  readonly #open = new Map<string, KernelLock>();

  constructor(directory: string, clock: Clock, database: Database, events: EventLog) {
    this.#directory = directory;
    this.#clock = clock;
    this.#database = database;
    this.#events = events;
    this.#ids = new ShortIds(database);
    this.#queries = ownerQueries(database);
  }

  async open(owner: OwnerFacts): Promise<Owner> {
    for (;;) {
      const id = this.#commitRow(owner);
      const lock = this.#database.write(() =>
        this.#queries.alive.first({ id }) === undefined ? undefined : KernelLock.take(this.#lockPath(id)),
      );
      // Somebody saw the row before it was locked, and took this owner for gone: it stays so.
      if (lock === undefined) continue;
      this.#open.set(id, lock);
      const directory = this.#ownerDirectory(id);
      mkdirSync(directory, { mode: 0o700 });
      return { id, directory, [Symbol.asyncDispose]: () => this.#leave(id) };
    }
  }

  async gone(): Promise<readonly GoneOwner[]> {
    const others = this.#queries.others.all({ own: JSON.stringify([...this.#open.keys()]) });
    if (others.length === 0) return [];
    return this.#database.write(() => others.filter(({ id }) => this.isGoneNow(id)).map(({ id }) => this.#remains(id)));
  }

  async isGone(owner: string): Promise<boolean> {
    return this.#open.has(owner) ? false : this.#database.write(() => this.isGoneNow(owner));
  }

  /** As {@link SqliteOwners.isGone}, inside a transaction of the caller. */
  isGoneNow(owner: string): boolean {
    if (this.#open.has(owner)) return false;
    if (this.#queries.alive.first({ id: owner }) === undefined) return true;
    if (!KernelLock.isFree(this.#lockPath(owner))) return false;
    this.#queries.gone.run({ id: owner, now: this.#clock.now() });
    return true;
  }

  /** @throws FrescoError `store.owner-alive`. Missing owners are fine: somebody else was faster. */
  async forget(owner: string, now: number): Promise<void> {
    if (!(await this.isGone(owner))) throw new FrescoError("store.owner-alive", `The owner ${owner} is alive; what it owns is its own.`);
    await this.#erase(owner, now);
  }

  /** Ends the owners that this process opened and did not dispose of. */
  async close(): Promise<void> {
    for (const id of this.#open.keys()) await this.#leave(id);
  }

  #commitRow({ process, startedAt }: OwnerFacts): string {
    return this.#database.writeDurably(() => {
      const [id = ""] = this.#ids.take(1);
      const { pid, startTime, bootId, machineId, pidNamespace } = process;
      this.#queries.insert.run({ id, pid, startTime, bootId, machineId, pidNamespace, startedAt });
      return id;
    });
  }

  async #leave(id: string): Promise<void> {
    const lock = this.#open.get(id);
    if (lock === undefined) return;
    using _lock = lock;
    this.#open.delete(id);
    // What it could not bring to an end, on a full disk for one, is for whoever finds it gone.
    if (this.#queries.reserved.first({ id }) !== undefined) return;
    await this.#erase(id, this.#clock.now());
  }

  async #erase(id: string, now: number): Promise<void> {
    await rm(this.#ownerDirectory(id), { recursive: true, force: true });
    this.#database.write(() => {
      for (const { id: run, status, startedAt } of this.#queries.unfinishedRuns.all({ id })) {
        const jobs = this.#queries.unfinishedJobs
          .all({ run })
          .map((job) => ({ ...job, job: job.step, startedAt: job.startedAt ?? undefined }));
        for (const event of reconcile({ run, status, startedAt, jobs }, now)) this.#events.append(event);
      }
      rmSync(this.#lockPath(id), { force: true });
      this.#queries.remove.run({ id });
    });
  }

  #remains(id: string): GoneOwner {
    return {
      id,
      directory: this.#ownerDirectory(id),
      runs: this.#queries.unfinishedRuns.all({ id }).map((run) => run.id),
      steps: this.#queries.remains
        .all({ id })
        .map(({ run, step, sandbox, remains }) => ({ ...parseLeftStep(remains), run, job: step, sandbox })),
      directories: this.#queries.reserved.all({ id }).map((row) => ({ ...row, path: directoryPath(this.#directory, row.kind, row.id) })),
      claims: this.#queries.claims.all({ id }).map(({ key }) => key),
    };
  }

  #lockPath(id: string): string {
    return join(this.#directory, FOLDERS.locks, `${id}.lock`);
  }

  #ownerDirectory(id: string): string {
    return join(this.#directory, FOLDERS.owners, id);
  }
}
