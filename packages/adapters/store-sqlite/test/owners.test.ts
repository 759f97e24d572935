import type { LeftBehind } from "@fresco/ports-testing";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { SqliteStore } from "../src/index.ts";
import { startChild } from "./child.ts";
import { steppingClock, temporaryDirectory } from "./directory.ts";

const facts = { process: { pid: 1, startTime: "", bootId: "", machineId: "", pidNamespace: "" }, startedAt: 1 };

it("another process's owner is alive until that process is killed, whatever its children do", async () => {
  await using directory = await temporaryDirectory();
  await using store = await open(directory.path);
  await using child = await startChild("hold.ts", directory.path, isHolding);
  const { owner, heir } = child.said;
  expect(await store.owners.isGone(owner)).toBe(false);
  expect(await store.owners.gone()).toEqual([]);
  await child.kill();
  expect(await store.owners.isGone(owner)).toBe(true);
  expect(await store.owners.gone()).toMatchObject([{ id: owner }]);
  // The owner's child lived on all the while: it has not inherited the lock.
  expect(process.kill(heir, 0)).toBe(true);
});

it("an owner of this process is alive for every other opening of the store, in this process too", async () => {
  await using directory = await temporaryDirectory();
  await using first = await open(directory.path);
  await using second = await open(directory.path);
  await using owner = await first.owners.open(facts);
  expect(await second.owners.isGone(owner.id)).toBe(false);
  // Looking must not have dropped the lock.
  expect(await second.owners.isGone(owner.id)).toBe(false);
  await using third = await open(directory.path);
  expect(await third.owners.gone()).toEqual([]);
});

it("nothing is left of owners that ended or were forgotten", async () => {
  await using directory = await temporaryDirectory();
  await using store = await open(directory.path);
  await using child = await startChild("hold.ts", directory.path, isHolding);
  await (await store.owners.open(facts))[Symbol.asyncDispose]();
  await child.kill();
  expect(existsSync(join(directory.path, "owners", `${child.said.owner}.lock`))).toBe(true);
  for (const { id } of await store.owners.gone()) await store.owners.forget(id, 1);
  expect(await readdir(join(directory.path, "owners"))).toEqual(["bring-up.lock"]);
  expect(await readdir(join(directory.path, "o"))).toEqual([]);
});

it("an owner that this store still has is ended with the store", async () => {
  await using directory = await temporaryDirectory();
  const store = await open(directory.path);
  const owner = await store.owners.open(facts);
  await store[Symbol.asyncDispose]();
  await using again = await open(directory.path);
  expect(await again.owners.isGone(owner.id)).toBe(true);
  expect(await again.owners.gone()).toEqual([]);
});

it("names of owners and directories are never given twice, and are short", async () => {
  await using directory = await temporaryDirectory();
  const seen = new Set<string>();
  for (let i = 0; i < 3; i += 1) {
    await using store = await open(directory.path);
    await using owner = await store.owners.open(facts);
    const reserved = await store.directories.reserve("layer", owner.id, 4);
    await store.directories.forget(reserved.map(({ id }) => id));
    for (const id of [owner.id, ...reserved.map(({ id }) => id)]) {
      expect(seen.has(id)).toBe(false);
      expect(id.length).toBeLessThanOrEqual(6);
      seen.add(id);
    }
  }
});

function open(directory: string): Promise<SqliteStore> {
  return SqliteStore.open({ directory, clock: steppingClock() });
}

function isHolding(message: unknown): message is { readonly owner: string; readonly heir: number } {
  return typeof message === "object" && message !== null && "owner" in message && "heir" in message;
}

it("openings of the store that forget an owner at the same moment end its run once", async () => {
  await using directory = await temporaryDirectory();
  await using store = await open(directory.path);
  await using abandoned = await startChild("abandon.ts", directory.path, isLeftBehind);
  await abandoned.kill();
  const stores = await Promise.all([1, 2, 3].map(() => open(directory.path)));
  await Promise.all(stores.map((each) => each.owners.forget(abandoned.said.owner, 1_800_000_001_000)));
  for (const each of stores) await each[Symbol.asyncDispose]();
  const events = await store.runs.events(abandoned.said.run);
  expect(events.filter(({ type }) => type === "run.finished")).toHaveLength(1);
  expect(events.filter(({ type }) => type === "job.finished")).toHaveLength(4);
});

function isLeftBehind(message: unknown): message is LeftBehind {
  return typeof message === "object" && message !== null && "run" in message;
}
