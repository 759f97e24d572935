import fc from "fast-check";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { expect, it } from "vitest";
import { bytePath } from "@fresco/pipeline";
import type { NewEntry, Owner } from "@fresco/ports";
import { someFields } from "@fresco/ports-testing/contracts";
import { SqliteStore } from "../src/index.ts";
import { steppingClock, temporaryDirectory } from "./directory.ts";

const owner = fc.integer({ min: 0, max: 1 });
const key = fc.constantFrom("a", "b", "c");
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant("save" as const), owner, key, createdAt: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("lookup" as const), owner, key }) },
  fc.record({ type: fc.constant("remove" as const), key }),
  fc.record({ type: fc.constant("damage" as const), key }),
  fc.record({ type: fc.constant("release" as const), owner }),
  fc.record({ type: fc.constant("evict" as const) }),
);

it("whatever is saved, removed and evicted, a hit's layers are whole and stay until they are released", async () => {
  await using directory = await temporaryDirectory();
  const hits = { count: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40, size: "max" }), async (steps) => {
      await using store = await SqliteStore.open({ directory: directory.path, clock: steppingClock() });
      await store.entries.remove(["a", "b", "c"]);
      const facts = { process: { pid: 1, startTime: "", bootId: "", machineId: "", pidNamespace: "" }, startedAt: 1 };
      const owners: readonly Owner[] = [await store.owners.open(facts), await store.owners.open(facts)];
      const using = owners.map(() => new Map<string, string>());
      const damaged = new Set<string>();
      for (const action of steps) {
        const id = "owner" in action ? (owners[action.owner]?.id ?? "") : "";
        const mine = "owner" in action ? using[action.owner] : undefined;
        if (action.type === "save") {
          const entry = await newEntry(store, id, action.key, action.createdAt);
          await store.entries.save([entry]);
          if (entry.workspace !== undefined) mine?.set(entry.workspace.id, entry.workspace.path);
        } else if (action.type === "lookup") {
          const layer = (await store.entries.lookup(action.key, someFields(), id))?.workspace;
          if (layer === undefined) continue;
          hits.count += 1;
          expect(existsSync(layer.path) && !damaged.has(layer.id)).toBe(true);
          mine?.set(layer.id, layer.path);
        } else if (action.type === "remove") {
          await store.entries.remove([action.key]);
        } else if (action.type === "damage") {
          const layer = (await store.entries.list()).find((entry) => entry.key === action.key)?.workspace;
          if (layer === undefined) continue;
          rmSync(layer.path, { recursive: true, force: true });
          damaged.add(layer.id);
        } else if (action.type === "release") {
          await store.directories.release([...(mine?.keys() ?? [])], id);
          mine?.clear();
        } else {
          for (const { id: going, path } of await store.directories.condemn("layer", [])) {
            expect(using.some((layers) => layers.has(going))).toBe(false);
            rmSync(path, { recursive: true, force: true });
            await store.directories.forget([going]);
          }
        }
        for (const layers of using) for (const [layer, path] of layers) expect(damaged.has(layer) || existsSync(path)).toBe(true);
      }
    }),
    { numRuns: 40 },
  );
  expect(hits.count, "too few hits to say anything").toBeGreaterThan(20);
});

async function newEntry(store: SqliteStore, owner: string, key: string, createdAt: number): Promise<NewEntry> {
  const [layer] = await store.directories.reserve("layer", owner, 1);
  if (layer === undefined) throw new Error("nothing was reserved");
  mkdirSync(layer.path);
  const { id, path } = layer;
  const workspace = { id, path, digest: id, bytes: 1, entries: 1, footprint: [bytePath("x")] };
  const common = { fields: someFields(), project: "/p", pipeline: "ci", step: "s", run: "r", durationMs: 1, log: "l" };
  return { ...common, key, createdAt, system: undefined, workspace };
}
