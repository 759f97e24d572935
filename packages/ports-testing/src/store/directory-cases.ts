import { existsSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { expect } from "vitest";
import type { Directory, Store } from "@fresco/ports";
import { makeDirectory, openOwner } from "./samples.ts";
import type { StoreSubject } from "./subject.ts";

export const directoryCases = {
  "reserving names directories and makes none": async ({ store }: StoreSubject) => {
    await using owner = await openOwner(store);
    const reserved = [
      ...(await store.directories.reserve("layer", owner.id, 3)),
      ...(await store.directories.reserve("tree", owner.id, 2)),
    ];
    expect(new Set(reserved.map(({ id }) => id)).size).toBe(5);
    for (const { path, id } of reserved) {
      expect(existsSync(path)).toBe(false);
      expect(existsSync(dirname(path))).toBe(true);
      expect(await store.directories.lease(id, owner.id)).toBe(false);
    }
  },

  "a completed tree is listed by its note and can be leased": async ({ store }: StoreSubject) => {
    await using owner = await openOwner(store);
    const base = await makeTree(store, owner.id, "base:1");
    await makeTree(store, owner.id, "delta:1");
    expect(await store.directories.list("tree", "base:")).toMatchObject([{ ...base, bytes: 5, note: "base:1" }]);
    expect(await store.directories.list("tree")).toHaveLength(2);
    expect(await store.directories.list("layer")).toEqual([]);
    expect(await store.directories.list("tree", "%")).toEqual([]);
    expect(await store.directories.lease(base.id, owner.id)).toBe(true);
  },

  "a tree that has lost its completion mark cannot be leased": async ({ store }: StoreSubject) => {
    await using owner = await openOwner(store);
    const tree = await makeTree(store, owner.id, "base:1");
    rmSync(tree.path, { recursive: true });
    expect(await store.directories.lease(tree.id, owner.id)).toBe(false);
  },

  "only a reserved tree can be completed": async ({ store }: StoreSubject) => {
    await using owner = await openOwner(store);
    const [layer] = await store.directories.reserve("layer", owner.id, 1);
    for (const id of [layer?.id ?? "", "unknown"]) {
      await expect(store.directories.complete(id, { bytes: 1, note: "" })).rejects.toMatchObject({ code: "store.unreserved" });
    }
  },

  "what nothing names, leases or keeps is condemned, and cannot be leased any more": async ({ store }: StoreSubject) => {
    await using owner = await openOwner(store);
    const [idle, leased, kept] = [
      await makeTree(store, owner.id, "a"),
      await makeTree(store, owner.id, "b"),
      await makeTree(store, owner.id, "c"),
    ];
    await store.directories.reserve("tree", owner.id, 1);
    await store.directories.lease(leased.id, owner.id);
    expect(await store.directories.condemn("tree", [kept.id])).toEqual([idle]);
    expect(await store.directories.lease(idle.id, owner.id)).toBe(false);
    expect((await store.directories.list("tree")).map(({ id }) => id).sort()).toEqual([leased.id, kept.id].sort());
    expect(await store.directories.condemn("tree", [kept.id])).toEqual([idle]);
    await store.directories.forget([idle.id]);
    await store.directories.forget([idle.id]);
    expect(await store.directories.condemn("tree", [kept.id])).toEqual([]);
  },

  "what is used later is listed first": async ({ store }: StoreSubject) => {
    await using owner = await openOwner(store);
    const first = await makeTree(store, owner.id, "a");
    await makeTree(store, owner.id, "b");
    await store.directories.lease(first.id, owner.id);
    expect((await store.directories.list("tree"))[0]).toMatchObject({ id: first.id });
  },
};

async function makeTree(store: Store, owner: string, note: string): Promise<Directory> {
  const [tree] = await store.directories.reserve("tree", owner, 1);
  if (tree === undefined) throw new Error("nothing was reserved");
  makeDirectory(tree);
  await store.directories.complete(tree.id, { bytes: 5, note });
  return tree;
}
