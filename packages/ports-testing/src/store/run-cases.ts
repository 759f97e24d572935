import { expect } from "vitest";
import { openOwner, someFields, someIR, startRun } from "./samples.ts";
import type { StoreSubject } from "./subject.ts";

export const runCases = {
  "a new run is queued, its jobs are pending, in the order of the pipeline": async ({ store }: StoreSubject) => {
    await using owner = await openOwner(store);
    const run = await startRun(store, owner.id, { steps: ["z", "a", "m"] });
    expect(await store.runs.find(run)).toMatchObject({
      type: "found",
      run: { id: run, project: "/project", pipeline: "ci", tree: "tree", status: "queued", owner: owner.id, finishedAt: undefined },
    });
    expect((await store.runs.jobs(run)).map(({ step, status, attempt }) => [step, status, attempt])).toEqual([
      ["z", "pending", 0],
      ["a", "pending", 0],
      ["m", "pending", 0],
    ]);
    expect(await store.runs.ir(run)).toEqual(someIR());
    expect(await store.runs.ir("none")).toBeUndefined();
  },

  "events bring runs and jobs to what they say": async ({ store }: StoreSubject) => {
    await using owner = await openOwner(store);
    const run = await startRun(store, owner.id, { steps: ["a", "b"] });
    await store.runs.append([
      { run, ts: 10, type: "run.started", pipeline: "ci", tree: "tree", jobs: ["a", "b"] },
      { run, ts: 11, type: "job.queued", job: "a" },
      { run, ts: 12, type: "job.started", job: "a", attempt: 1, sandbox: "host" },
      { run, ts: 13, type: "job.cancelling", job: "a", because: { type: "interrupt", text: "Ctrl-C." } },
    ]);
    expect(await store.runs.jobs(run)).toMatchObject([{ status: "cancelling", attempt: 1, startedAt: 12 }, { status: "pending" }]);
    const reason = { type: "exit", code: 3, text: "It exited with 3." } as const;
    await store.runs.append([
      { run, ts: 20, type: "job.finished", job: "a", status: "failed", exitCode: 3, durationMs: 8, reason },
      { run, ts: 21, type: "job.finished", job: "b", status: "cached", exitCode: 0, durationMs: 0 },
      { run, ts: 22, type: "run.finished", status: "failed", durationMs: 12 },
    ]);
    expect(await store.runs.jobs(run)).toMatchObject([
      { status: "failed", exitCode: 3, durationMs: 8, reason },
      { status: "cached", exitCode: 0, reason: undefined },
    ]);
    expect(await store.runs.find(run)).toMatchObject({ run: { status: "failed", finishedAt: 22 } });
  },

  "events of a run are numbered without gaps, whoever appends them": async ({ store }: StoreSubject) => {
    await using owner = await openOwner(store);
    const runs = [await startRun(store, owner.id), await startRun(store, owner.id)];
    const notices = (count: number) =>
      Array.from({ length: count }, (_, i) => runs.map((run) => ({ run, ts: i, type: "notice", code: "n", text: `${i}` }) as const)).flat();
    await Promise.all([store.runs.append(notices(3)), store.runs.append(notices(4)), store.runs.append([])]);
    for (const run of runs) {
      const events = await store.runs.events(run);
      expect(events.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6]);
      expect(events[0]).toEqual({ run, ts: 0, type: "notice", code: "n", text: "0", seq: 0 });
    }
  },

  "events of an unknown run are refused, and those beside them are not stored": async ({ store }: StoreSubject) => {
    await using owner = await openOwner(store);
    const run = await startRun(store, owner.id);
    const notice = { ts: 1, type: "notice", code: "n", text: "" } as const;
    await expect(
      store.runs.append([
        { ...notice, run },
        { ...notice, run: "none" },
      ]),
    ).rejects.toMatchObject({ code: "store.unknown-run" });
    expect(await store.runs.events(run)).toEqual([]);
  },

  "a run is found by a unique prefix of its id": async ({ store }: StoreSubject) => {
    await using owner = await openOwner(store);
    const ids = [await startRun(store, owner.id), await startRun(store, owner.id)].sort();
    const [first = "", second = ""] = ids;
    const common = Array.from(first).findIndex((character, index) => character !== second[index]);
    expect(await store.runs.find(first.slice(0, common + 1))).toMatchObject({ type: "found", run: { id: first } });
    expect(await store.runs.find(first.slice(0, common))).toEqual({ type: "ambiguous", ids });
    expect(await store.runs.find(second.toUpperCase())).toMatchObject({ type: "found", run: { id: second } });
    for (const nothing of ["", "zzzz", "%", "_", "' OR 1", `${first}x`])
      expect(await store.runs.find(nothing), nothing).toEqual({ type: "none" });
  },

  "@latest is the newest run, of the project where one is given": async ({ store }: StoreSubject) => {
    expect(await store.runs.find("@latest")).toEqual({ type: "none" });
    await using owner = await openOwner(store);
    const here = await startRun(store, owner.id, { project: "/here", startedAt: 1_800_000_000_000 });
    const there = await startRun(store, owner.id, { project: "/there", startedAt: 1_800_000_000_001 });
    expect(await store.runs.find("@latest")).toMatchObject({ run: { id: there } });
    expect(await store.runs.find("@latest", "/here")).toMatchObject({ run: { id: here } });
    expect(await store.runs.find("@latest", "/nowhere")).toEqual({ type: "none" });
  },

  "runs are listed newest first": async ({ store }: StoreSubject) => {
    await using owner = await openOwner(store);
    const ids: string[] = [];
    for (const startedAt of [3, 1, 2])
      ids[startedAt] = await startRun(store, owner.id, {
        startedAt: 1_800_000_000_000 + startedAt,
        project: startedAt === 2 ? "/other" : "/project",
      });
    expect((await store.runs.list()).map(({ id }) => id)).toEqual([ids[3], ids[2], ids[1]]);
    expect((await store.runs.list({ limit: 1 })).map(({ id }) => id)).toEqual([ids[3]]);
    expect((await store.runs.list({ project: "/project" })).map(({ id }) => id)).toEqual([ids[3], ids[1]]);
  },

  "a job tells its log, its key and the key's fields": async ({ store }: StoreSubject) => {
    await using owner = await openOwner(store);
    const run = await startRun(store, owner.id, { steps: ["a", "b"] });
    await store.runs.logged(run, "a", 1, "log-a");
    await store.entries.describe(run, "a", "key-a", someFields());
    await store.runs.logged(run, "b", 0, "log-of-entry");
    expect(await store.runs.jobs(run)).toMatchObject([
      { log: "log-a", key: "key-a", fields: someFields() },
      { log: "log-of-entry", key: undefined, fields: undefined },
    ]);
  },
};
