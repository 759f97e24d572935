import { bytePath } from "@fresco/pipeline";
import { describe, expect, it } from "vitest";
import { conflictingPath, type LayerEntry, unrelatedPairs } from "../src/index.ts";

const node = { mode: 0o644, uid: 0, gid: 0 };
const file = (path: string): LayerEntry => ({ ...node, path: bytePath(path), type: "file", size: 1, content: "0".repeat(64) });
const directory = (path: string): LayerEntry => ({ ...node, path: bytePath(path), type: "directory" });
const deleted = (path: string): LayerEntry => ({ path: bytePath(path), type: "deleted", directory: false });

describe("Conflicts", () => {
  it("are looked for between steps that know nothing of each other only", () => {
    const chain = [
      { step: "a", ancestors: [] },
      { step: "b", ancestors: ["a"] },
      { step: "c", ancestors: ["a"] },
    ];
    expect(unrelatedPairs(chain)).toEqual([[1, 2]]);
  });

  it("are paths that both write, or that one writes where the other has a directory", () => {
    expect(conflictingPath([file("z"), file("x")], [file("x"), file("z")].reverse())).toBe("z");
    expect(conflictingPath([directory("d"), file("d/x")], [file("d")])).toBe("d");
    expect(conflictingPath([directory("d"), file("d/x")], [directory("d"), file("d/y")])).toBeUndefined();
    expect(conflictingPath([file("x")], [deleted("x")])).toBeUndefined();
  });
});
