import { existsSync, statSync } from "node:fs";
import { expect } from "vitest";
import { makeLayer, openOwner, someEntry, someFields, startRun } from "./samples.ts";
import type { StoreSubject } from "./subject.ts";

export const ownerCases = {
  "an open owner is not gone, an unknown one is": async ({ store }: StoreSubject) => {
    await using owner = await openOwner(store);
    expect(await store.owners.isGone(owner.id)).toBe(false);
    expect(await store.owners.isGone("nobody")).toBe(true);
    expect(await store.owners.gone()).toEqual([]);
  },

  "an owner has a directory of its own, as long as it lives": async ({ store }: StoreSubject) => {
    const owner = await openOwner(store);
    expect(statSync(owner.directory).mode & 0o777).toBe(0o700);
    await owner[Symbol.asyncDispose]();
    expect(existsSync(owner.directory)).toBe(false);
    expect(await store.owners.isGone(owner.id)).toBe(true);
    expect(await store.owners.gone()).toEqual([]);
  },

  "an owner that died is gone, and what it left is told": async ({ store, abandon }: StoreSubject) => {
    const left = await abandon();
    await using alive = await openOwner(store);
    expect(await store.owners.isGone(left.owner)).toBe(true);
    const gone = await store.owners.gone();
    expect(gone).toMatchObject([
      {
        id: left.owner,
        runs: [left.run],
        steps: [{ run: left.run, job: "running", sandbox: "host", token: "marker", process: { pid: 4_711 } }],
      },
    ]);
    expect(gone[0]?.directories.map(({ id, kind }) => [id, kind])).toEqual([[left.reserved, "layer"]]);
    expect(existsSync(gone[0]?.directory ?? "")).toBe(true);
    expect(alive.id).not.toBe(left.owner);
  },

  "forgetting an owner ends its run and each unfinished job once, with the reason": async ({ store, abandon }: StoreSubject) => {
    const left = await abandon();
    const before = (await store.runs.events(left.run)).length;
    await store.owners.forget(left.owner, 1_800_000_002_500);
    const events = await store.runs.events(left.run);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
    expect(events.slice(before)).toMatchObject([
      { type: "job.finished", job: "running", status: "crashed", exitCode: null, durationMs: 2_000, reason: { type: "owner-gone" } },
      { type: "job.finished", job: "queued", exitCode: null, durationMs: 0, reason: { type: "owner-gone" } },
      { type: "job.finished", job: "pending", exitCode: null, durationMs: 0, reason: { type: "owner-gone" } },
      { type: "run.finished", status: "crashed" },
    ]);
    expect(await store.runs.find(left.run)).toMatchObject({ run: { status: "crashed", finishedAt: 1_800_000_002_500, owner: undefined } });
    expect((await store.runs.jobs(left.run)).map(({ step, status }) => [step, status]).slice(0, 2)).toEqual([
      ["done", "passed"],
      ["running", "crashed"],
    ]);
    expect(await store.owners.gone()).toEqual([]);
  },

  "forgetting twice, also at the same time, ends everything once": async ({ store, abandon }: StoreSubject) => {
    const left = await abandon();
    await Promise.all([store.owners.forget(left.owner, 5_000), store.owners.forget(left.owner, 5_000)]);
    await store.owners.forget(left.owner, 6_000);
    const finished = (await store.runs.events(left.run)).filter(({ type }) => type === "run.finished");
    expect(finished).toHaveLength(1);
  },

  "an owner that lives cannot be forgotten": async ({ store }: StoreSubject) => {
    await using owner = await openOwner(store);
    const run = await startRun(store, owner.id);
    await expect(store.owners.forget(owner.id, 5_000)).rejects.toMatchObject({ code: "store.owner-alive" });
    expect(await store.runs.find(run)).toMatchObject({ run: { status: "queued" } });
  },

  "an owner that leaves with directories reserved is gone, so that they are removed": async ({ store }: StoreSubject) => {
    const owner = await openOwner(store);
    const reserved = await makeLayer(store, owner.id);
    await owner[Symbol.asyncDispose]();
    expect(await store.owners.gone()).toMatchObject([{ id: owner.id, directories: [{ id: reserved.id }] }]);
    await store.directories.forget([reserved.id]);
    await store.owners.forget(owner.id, 5_000);
    expect(await store.owners.gone()).toEqual([]);
  },

  "an owner that leaves frees its leases and its claims": async ({ store }: StoreSubject) => {
    await using other = await openOwner(store);
    const owner = await openOwner(store);
    const layer = await makeLayer(store, owner.id);
    await store.entries.save([someEntry("k", layer)]);
    await store.entries.lookup("k", someFields(), owner.id);
    await store.entries.claim("c", owner.id, 1);
    await store.entries.remove(["k"]);
    expect(await store.directories.condemn("layer", [])).toEqual([]);
    await owner[Symbol.asyncDispose]();
    expect(await store.entries.claim("c", other.id, 2)).toEqual({ type: "claimed" });
    expect((await store.directories.condemn("layer", [])).map(({ id }) => id)).toEqual([layer.id]);
  },

  "leases of an owner that died count until it is forgotten": async ({ store, abandon }: StoreSubject) => {
    const left = await abandon();
    await store.entries.remove([left.key]);
    expect(await store.directories.condemn("layer", [])).toEqual([]);
    await store.directories.forget([left.reserved]);
    await store.owners.forget(left.owner, 5_000);
    expect((await store.directories.condemn("layer", [])).map(({ id }) => id)).toEqual([left.layer]);
  },

  "a claim of an owner that died is taken over": async ({ store, abandon }: StoreSubject) => {
    const left = await abandon();
    await using owner = await openOwner(store);
    expect(await store.entries.claim(left.claimed, owner.id, 4_000)).toEqual({ type: "claimed" });
    await store.owners.forget(left.owner, 5_000);
    await using other = await openOwner(store);
    expect(await store.entries.claim(left.claimed, other.id, 6_000)).toMatchObject({ type: "held", owner: owner.id, since: 4_000 });
  },
};
