import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { SqliteStore } from "../src/index.ts";
import { steppingClock, temporaryDirectory } from "./directory.ts";

it("names directories that have no row, and only those", async () => {
  await using directory = await temporaryDirectory();
  await using store = await SqliteStore.open({ directory: directory.path, clock: steppingClock() });
  await using owner = await store.owners.open({
    process: { pid: 1, startTime: "", bootId: "", machineId: "", pidNamespace: "" },
    startedAt: 1,
  });
  const [reserved] = await store.directories.reserve("layer", owner.id, 1);
  await mkdir(reserved?.path ?? "");
  expect(store.unaccounted()).toEqual([]);
  const strange = join(directory.path, "l", "strange");
  await mkdir(strange);
  expect(store.unaccounted()).toEqual([strange]);
});
