import { hiddenSource, type LayerEntry, mayHideSource, type SourceSight } from "@fresco/cache-keys";
import { bytePath } from "@fresco/pipeline";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const node = { mode: 0o644, uid: 0, gid: 0 };
const file = (path: string): LayerEntry => ({ ...node, path: bytePath(path), type: "file", size: 0, content: "00".repeat(32) });
const directory = (path: string): LayerEntry => ({ ...node, path: bytePath(path), type: "directory" });
const link = (path: string): LayerEntry => ({ ...node, path: bytePath(path), type: "symlink", target: bytePath("x") });
const deleted = (path: string): LayerEntry => ({ path: bytePath(path), type: "deleted", directory: false });

function sight(source: readonly string[], view: readonly string[] = []): SourceSight {
  const beneath = (directory: string) => source.filter((path) => path.startsWith(`${directory}/`));
  return {
    has: (path) => (source.includes(path) ? "file" : beneath(path).length > 0 ? "directory" : undefined),
    sees: (path) => view.includes(path),
    unseenBelow: (path) => beneath(path).some((below) => !view.includes(below)),
  };
}

describe("A layer hides source that its step did not see", () => {
  it.each<[string, LayerEntry[], string[]]>([
    ["a written file", [file("a.txt")], ["a.txt"]],
    ["a symlink in a file's place", [link("a.txt")], ["a.txt"]],
    ["a directory in a file's place", [directory("a.txt"), file("a.txt/b")], ["a.txt"]],
    ["a path below a file", [file("a.txt/b/c")], ["a.txt"]],
    ["a file in a directory's place", [file("src")], ["src"]],
    ["a symlink in a directory's place", [link("src/lib")], ["src/lib"]],
    ["a file inside a directory that the step made", [directory("src"), directory("src/lib"), file("src/lib/c.ts")], ["src/lib/c.ts"]],
  ])("by %s", (_, entries, hidden) => {
    expect(hiddenSource(entries, sight(["a.txt", "src/lib/c.ts", "src/seen.ts"], ["src/seen.ts"]))).toEqual(hidden);
  });

  it.each<[string, LayerEntry[]]>([
    ["a file that the source lacks", [file("out.txt")]],
    ["a file beside the source's", [directory("src"), file("src/out.ts")]],
    ["a file that the step saw", [file("src/seen.ts")]],
    ["a path below a file that the step saw", [directory("src/seen.ts"), file("src/seen.ts/b")]],
    ["a deletion", [deleted("src/seen.ts"), deleted("a.txt")]],
    ["a name that merely begins like one of the source's", [file("a.txt.bak"), file("sr")]],
  ])("but not by %s", (_, entries) => {
    expect(hiddenSource(entries, sight(["a.txt", "src/lib/c.ts", "src/seen.ts"], ["src/seen.ts"]))).toEqual([]);
  });

  it("but not by a file in the place of a directory that it saw whole", () => {
    expect(hiddenSource([file("src")], sight(["src/a", "src/b"], ["src/a", "src/b"]))).toEqual([]);
    expect(hiddenSource([file("src")], sight(["src/a", "src/b"], ["src/a"]))).toEqual(["src"]);
  });

  it("only if its footprint may", () => {
    const name = fc.constantFrom("a", "b", "c");
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
    const files = fc.uniqueArray(path, { maxLength: 4 }).map(withoutNested);
    fc.assert(
      fc.property(files, files, files, (source, view, written) => {
        const seen = sight(source, view);
        const footprint = written.map((some) => bytePath(some));
        const hidden = hiddenSource(written.map(file), seen);
        if (hidden.length > 0) expect(mayHideSource(footprint, seen.has)).toBe(true);
        expect(hidden.length > 0).toBe(source.some((some) => !view.includes(some) && written.some((one) => overlaps(some, one))));
      }),
    );
  });

  it("is settled without the manifest where the source has nothing at the top of what was written", () => {
    const { has } = sight(["a.txt", "src/c.ts"]);
    const may = (path: string) => mayHideSource([bytePath(path)], has);
    expect([may("node_modules"), may("out/bin")]).toEqual([false, false]);
    expect([may("src"), may("src/c.ts"), may("a.txt/b")]).toEqual([true, true, true]);
  });
});

/** A tree has no file beneath a file. */
function withoutNested(paths: readonly string[]): string[] {
  return paths.filter((path) => !paths.some((other) => path.startsWith(`${other}/`)));
}

function overlaps(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}
