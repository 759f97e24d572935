import type { LayerEntry } from "@fresco/cache-keys";
import { bytePath } from "@fresco/pipeline";
import { describe, expect, it } from "vitest";
import { compose } from "../src/compose.ts";
import { flattenedGroups } from "../src/flatten.ts";
import { whiteoutsOf } from "../src/whiteouts.ts";

const node = { mode: 0o644, uid: 0, gid: 0 };
const file = (path: string, content = "0", link?: string): LayerEntry => ({
  ...node,
  path: bytePath(path),
  type: "file",
  size: 1,
  content: content.repeat(64),
  ...(link === undefined ? {} : { link: bytePath(link) }),
});
const directory = (path: string) => ({ ...node, path: bytePath(path), type: "directory", mode: 0o755 }) as const;
const deleted = (path: string, isDirectory = false): LayerEntry => ({ path: bytePath(path), type: "deleted", directory: isDirectory });
const composed = (...layers: LayerEntry[][]) => compose(layers, (_, path) => directory(path)).entries;

describe("Composing layers", () => {
  it("keeps the last of each path, and remembers deletions of what may lie beneath", () => {
    expect(composed([file("a", "1"), file("b")], [file("a", "2"), deleted("b")])).toEqual([file("a", "2"), deleted("b")]);
  });

  it("keeps a directory alive for what its deleter did not see", () => {
    expect(composed([deleted("d", true), deleted("d/x")], [file("d/y")])).toEqual([directory("d"), deleted("d/x"), file("d/y")]);
    expect(composed([directory("d"), file("d/y")], [deleted("d", true), deleted("d/x")])).toEqual([
      directory("d"),
      deleted("d/x"),
      file("d/y"),
    ]);
  });

  it("turns what a file replaced into deletions", () => {
    expect(composed([directory("d"), file("d/x")], [file("d")])).toEqual([file("d"), deleted("d/x")]);
  });

  it("names a hard-link group after the first path that is left of it", () => {
    expect(composed([file("a", "1"), file("b", "1", "a"), file("c", "1", "a")], [file("a", "2")])).toEqual([
      file("a", "2"),
      file("b", "1"),
      file("c", "1", "b"),
    ]);
  });
});

describe("Whiteouts", () => {
  it("stand for a whole directory, and not beneath a file that took its place", () => {
    expect(whiteoutsOf([deleted("a", true), deleted("a/x"), file("b"), deleted("b/x"), directory("c"), deleted("c/x")])).toEqual([
      "a",
      "c/x",
    ]);
  });
});

describe("Flattening", () => {
  it("leaves short stacks alone and keeps the groups of long ones as they grow", () => {
    expect(flattenedGroups(32)).toHaveLength(32);
    expect(flattenedGroups(33).map((group) => group.length)).toEqual([16, 16, 1]);
    expect(flattenedGroups(47).slice(0, 2)).toEqual(flattenedGroups(33).slice(0, 2));
    expect(flattenedGroups(1000).length).toBeLessThanOrEqual(32);
    expect(flattenedGroups(1000).flat()).toEqual(Array.from({ length: 1000 }, (_, index) => index));
  });
});
