import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { makeDirectory, makeLayer, openOwner, someEntry, someFields, startRun } from "./samples.ts";
import type { StoreSubject } from "./subject.ts";

export const entryCases = {
  "a saved entry is found as it was saved": async ({ store }: StoreSubject) => {
    await using owner = await openOwner(store);
    const [system, workspace] = [await makeLayer(store, owner.id), await makeLayer(store, owner.id)];
    const entries = [someEntry("both", workspace, { system }), someEntry("neither", undefined)];
    await store.entries.save(entries);
    for (const entry of entries) expect(await store.entries.lookup(entry.key, someFields(), owner.id)).toEqual(entry);
    expect(await store.entries.lookup("unknown", someFields(), owner.id)).toBeUndefined();
  },

  "an entry whose layer is gone is a miss, and goes": async ({ store }: StoreSubject) => {
    await using owner = await openOwner(store);
    const [whole, lost] = [await makeLayer(store, owner.id), await makeLayer(store, owner.id)];
    await store.entries.save([someEntry("k", whole, { system: lost })]);
    rmSync(lost.path, { recursive: true });
    expect(await store.entries.lookup("k", someFields(), owner.id)).toBeUndefined();
    expect(await store.entries.list()).toEqual([]);
  },

  "an entry whose layer has lost its completion mark is a miss": async ({ store }: StoreSubject) => {
    await using owner = await openOwner(store);
    const layer = await makeLayer(store, owner.id);
    await store.entries.save([someEntry("k", layer)]);
    rmSync(layer.path, { recursive: true });
    makeDirectory({ id: layer.id, kind: "layer", path: layer.path });
    expect(await store.entries.lookup("k", someFields(), owner.id)).toBeUndefined();
  },

  "an entry in a directory that was not reserved is refused, and those beside it are not stored": async ({ store }: StoreSubject) => {
    await using owner = await openOwner(store);
    const layer = await makeLayer(store, owner.id);
    const [tree] = await store.directories.reserve("tree", owner.id, 1);
    const unreserved = [
      { ...layer, id: "unknown" },
      { ...layer, path: join(layer.path, "..", "elsewhere") },
      { ...layer, id: tree?.id ?? "", path: tree?.path ?? "" },
    ];
    for (const refused of unreserved) {
      await expect(store.entries.save([someEntry("good", layer), someEntry("bad", refused)])).rejects.toMatchObject({
        code: "store.unreserved",
      });
    }
    expect(await store.entries.list()).toEqual([]);
  },

  "a key that is taken gets the entry that was saved last, also after the clock was set back": async ({ store }: StoreSubject) => {
    await using owner = await openOwner(store);
    const [first, second, third] = [await makeLayer(store, owner.id), await makeLayer(store, owner.id), await makeLayer(store, owner.id)];
    await store.entries.save([someEntry("k", first, { createdAt: 20 })]);
    await store.entries.save([someEntry("k", second, { createdAt: 10 })]);
    expect(await store.entries.lookup("k", someFields(), owner.id)).toMatchObject({ createdAt: 10, workspace: { id: second.id } });
    await store.entries.save([someEntry("k", third, { createdAt: 30 })]);
    expect(await store.entries.lookup("k", someFields(), owner.id)).toMatchObject({ createdAt: 30, workspace: { id: third.id } });
  },

  "dropping an entry leaves the one that has taken its key meanwhile": async ({ store }: StoreSubject) => {
    await using owner = await openOwner(store);
    const [old, young] = [await makeLayer(store, owner.id), await makeLayer(store, owner.id)];
    await store.entries.save([someEntry("k", old, { createdAt: 10 })]);
    const seen = await store.entries.lookup("k", someFields(), owner.id);
    if (seen === undefined) throw new Error("the entry was stored");
    await store.entries.save([someEntry("k", young, { createdAt: 20 })]);
    await store.entries.drop(seen);
    const now = await store.entries.lookup("k", someFields(), owner.id);
    expect(now).toMatchObject({ workspace: { id: young.id } });
    if (now !== undefined) await store.entries.drop(now);
    expect(await store.entries.lookup("k", someFields(), owner.id)).toBe(undefined);
  },

  "a layer may be named by several entries, and saved again": async ({ store }: StoreSubject) => {
    await using owner = await openOwner(store);
    const layer = await makeLayer(store, owner.id);
    await store.entries.save([someEntry("one", layer)]);
    await store.entries.save([someEntry("two", layer)]);
    await store.entries.remove(["one"]);
    await store.directories.release([layer.id], owner.id);
    expect(await store.directories.condemn("layer", [])).toEqual([]);
    expect(await store.entries.lookup("two", someFields(), owner.id)).toMatchObject({ workspace: layer });
  },

  "a hit leases its layers: they outlive their entry until they are released": async ({ store }: StoreSubject) => {
    await using maker = await openOwner(store);
    await using user = await openOwner(store);
    const layer = await makeLayer(store, maker.id);
    await store.entries.save([someEntry("k", layer)]);
    await store.directories.release([layer.id], maker.id);
    await store.entries.lookup("k", someFields(), user.id);
    await store.entries.remove(["k"]);
    expect(await store.directories.condemn("layer", [])).toEqual([]);
    await store.directories.release([layer.id], user.id);
    expect((await store.directories.condemn("layer", [])).map(({ path }) => path)).toEqual([layer.path]);
    expect(existsSync(layer.path)).toBe(true);
  },

  "a layer that lost its key to another entry is leased to the run that made it": async ({ store }: StoreSubject) => {
    await using owner = await openOwner(store);
    const [loser, winner] = [await makeLayer(store, owner.id), await makeLayer(store, owner.id)];
    await store.entries.save([someEntry("k", loser)]);
    await store.entries.save([someEntry("k", winner)]);
    expect(await store.directories.condemn("layer", [])).toEqual([]);
    await store.directories.release([loser.id, winner.id], owner.id);
    expect((await store.directories.condemn("layer", [])).map(({ id }) => id)).toEqual([loser.id]);
  },

  "the newest entry of a step is told": async ({ store }: StoreSubject) => {
    await store.entries.save([
      someEntry("old", undefined, { createdAt: 1 }),
      someEntry("new", undefined, { createdAt: 2 }),
      someEntry("other", undefined, { createdAt: 3, step: "b" }),
    ]);
    expect(await store.entries.latest("/project", "ci", "a")).toMatchObject({ key: "new", fields: someFields() });
    expect(await store.entries.latest("/elsewhere", "ci", "a")).toBeUndefined();
    expect((await store.entries.list()).map(({ key }) => key)).toEqual(["other", "new", "old"]);
  },

  "a key is computed by one owner at a time": async ({ store }: StoreSubject) => {
    await using one = await openOwner(store);
    await using two = await openOwner(store);
    const run = await startRun(store, one.id);
    expect(await store.entries.claim("k", one.id, 7)).toEqual({ type: "claimed" });
    expect(await store.entries.claim("k", one.id, 7)).toEqual({ type: "claimed" });
    expect(await store.entries.claim("k", two.id, 8)).toEqual({ type: "held", owner: one.id, run, since: 7 });
    await store.entries.unclaim("k", two.id);
    expect(await store.entries.claim("k", two.id, 8)).toMatchObject({ type: "held" });
    await store.entries.unclaim("k", one.id);
    expect(await store.entries.claim("k", two.id, 9)).toEqual({ type: "claimed" });
  },
};
