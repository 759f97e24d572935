import { leaveBehind, type LeftBehind, MemoryStore } from "@fresco/ports-testing";
import { storeContract } from "@fresco/ports-testing/contracts";
import { SqliteStore } from "../src/index.ts";
import { startChild } from "./child.ts";
import { steppingClock, temporaryDirectory } from "./directory.ts";

storeContract({
  name: "SqliteStore",
  open: async () => {
    const directory = await temporaryDirectory();
    const store = await SqliteStore.open({ directory: directory.path, clock: steppingClock() });
    return {
      store,
      abandon: async () => {
        await using child = await startChild("abandon.ts", directory.path, isLeftBehind);
        await child.kill();
        return child.said;
      },
      [Symbol.asyncDispose]: async () => {
        await store[Symbol.asyncDispose]();
        await directory[Symbol.asyncDispose]();
      },
    };
  },
});

storeContract({
  name: "MemoryStore",
  open: async () => {
    const store = new MemoryStore(steppingClock());
    return {
      store,
      abandon: async () => {
        const left = await leaveBehind(store);
        store.die(left.owner);
        return left;
      },
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    };
  },
});

function isLeftBehind(message: unknown): message is LeftBehind {
  return typeof message === "object" && message !== null && "owner" in message;
}
