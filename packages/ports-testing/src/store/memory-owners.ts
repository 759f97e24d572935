import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { reconcile } from "@fresco/lifecycle";
import { FrescoError, type GoneOwner, type Owner, type OwnerStore } from "@fresco/ports";
import { appendEvent, isGone, nextId, type MemoryRun, type MemoryState } from "./memory-state.ts";

export class MemoryOwners implements OwnerStore {
  readonly #state: MemoryState;

  constructor(state: MemoryState) {
    this.#state = state;
  }

  async open(): Promise<Owner> {
    const id = nextId(this.#state);
    const directory = join(this.#state.root, "o", id);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#state.owners.set(id, { id, directory, alive: true });
    return { id, directory, [Symbol.asyncDispose]: async () => this.#leave(id) };
  }

  async gone(): Promise<readonly GoneOwner[]> {
    return [...this.#state.owners.values()]
      .filter(({ alive }) => !alive)
      .map(({ id, directory }) => {
        const runs = this.#unfinishedRuns(id);
        return {
          id,
          directory,
          runs: runs.map(({ record }) => record.id),
          steps: runs.flatMap(({ record, left }) => [...left].map(([job, remains]) => ({ ...remains, run: record.id, job }))),
          directories: [...this.#state.directories.values()]
            .filter(({ owner, state }) => owner === id && state === "reserved")
            .map(({ id: name, kind, path }) => ({ id: name, kind, path })),
          claims: [...this.#state.claims]
            .filter(([, claim]) => claim.owner === id)
            .map(([key]) => key)
            .sort(),
        };
      });
  }

  async isGone(owner: string): Promise<boolean> {
    return isGone(this.#state, owner);
  }

  async forget(owner: string, now: number): Promise<void> {
    if (!isGone(this.#state, owner)) throw new FrescoError("store.owner-alive", `The owner ${owner} is alive; what it owns is its own.`);
    this.#erase(owner, now);
  }

  #leave(id: string): void {
    const owner = this.#state.owners.get(id);
    const unfinished = [...this.#state.directories.values()].some((directory) => directory.owner === id && directory.state === "reserved");
    if (owner !== undefined && unfinished) this.#state.owners.set(id, { ...owner, alive: false });
    else this.#erase(id, this.#state.clock.now());
  }

  #erase(id: string, now: number): void {
    const owner = this.#state.owners.get(id);
    if (owner === undefined) return;
    for (const run of this.#unfinishedRuns(id)) this.#crash(run, now);
    for (const run of this.#state.runs.values()) if (run.record.owner === id) run.record.owner = undefined;
    for (const directory of this.#state.directories.values()) {
      directory.leases.delete(id);
      if (directory.owner === id) directory.owner = undefined;
    }
    for (const [key, claim] of this.#state.claims) if (claim.owner === id) this.#state.claims.delete(key);
    rmSync(owner.directory, { recursive: true, force: true });
    this.#state.owners.delete(id);
  }

  #crash({ record: { id, status, startedAt }, jobs }: MemoryRun, now: number): void {
    const left = { run: id, status, startedAt, jobs: [...jobs.values()].map((job) => ({ ...job, job: job.step })) };
    for (const event of reconcile(left, now)) appendEvent(this.#state, event);
  }

  #unfinishedRuns(owner: string): MemoryRun[] {
    return [...this.#state.runs.values()].filter(
      ({ record }) => record.owner === owner && (record.status === "queued" || record.status === "running"),
    );
  }
}
