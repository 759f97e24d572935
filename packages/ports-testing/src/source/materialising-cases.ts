import { type BytePath, bytePath, bytePathFrom } from "@fresco/pipeline";
import type { FrozenSource } from "@fresco/ports";
import { expect } from "vitest";
import { show } from "./shown.ts";
import type { SourceSubject } from "./subject.ts";

const path = bytePath;
const latin1 = (text: string): BytePath => bytePathFrom(Buffer.from(text, "latin1"));

/** Paths with mode and content, as a step would find them. */
function listing(lower: readonly string[]): Record<string, string> {
  const sorted = [...show(lower)].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, { mode, content }]) => [name, `${mode.toString(8)} ${content}`]));
}

async function listed(frozen: FrozenSource, owner: string, ...patterns: readonly string[]): Promise<Record<string, string>> {
  const { entries } = frozen.view(patterns.map((pattern) => ({ pattern, optional: false })));
  const view = await frozen.materialise(patterns.length === 0 ? "everything" : entries, owner);
  try {
    return listing(view.lower);
  } finally {
    await view.release();
  }
}

export const materialisingCases = {
  "shows everything with git's modes": async ({ source, project, owner }: SourceSubject) => {
    await project.write(path("a"), "1\n");
    await project.write(path("bin/run"), "2\n", true);
    await project.symlink(path("bin/dangling"), "../nowhere");
    await project.symlink(path("up"), "/etc/passwd");
    await project.write(latin1("\xe4/\xff"), "3\n");
    expect(await listed(await source.freeze(), owner)).toEqual({
      a: "644 1\n",
      "bin/dangling": "0 ../nowhere",
      "bin/run": "755 2\n",
      up: "0 /etc/passwd",
      "\xe4/\xff": "644 3\n",
    });
  },

  "shows a view and nothing else": async ({ source, project, owner }: SourceSubject) => {
    for (const name of ["a", "d/b", "d/c", "e/f"]) await project.write(path(name), `${name}\n`);
    const frozen = await source.freeze();
    expect(await listed(frozen, owner, "d/c", "a")).toEqual({ a: "644 a\n", "d/c": "644 d/c\n" });
    expect((await frozen.materialise([], owner)).lower).toEqual([]);
  },

  "shows each tree as it was frozen, also over an earlier one": async ({ source, project, owner }: SourceSubject) => {
    // Enough files that building on an earlier tree pays.
    for (let count = 0; count < 300; count += 1) await project.write(path(`d${count % 7}/f${count}`), `${count}\n`);
    await project.write(path("dir/x/y"), "1\n");
    await project.write(path("file"), "2\n");
    await project.write(path("gone/a"), "3\n");
    await project.write(path("gone/b/c"), "4\n");
    const first = await source.freeze();
    // Released once, so that it may be built on.
    const shownBefore = await listed(first, owner);
    const before = await first.materialise("everything", owner);
    expect(listing(before.lower)).toEqual(shownBefore);
    await project.write(path("dir"), "now a file\n");
    await project.write(path("file/inner"), "now a directory\n");
    await project.remove(path("gone"));
    await project.remove(path("d1/f1"));
    await project.write(path("d2/f2"), "edited\n", true);
    await project.symlink(path("d3/f3"), "f10");
    const second = await source.freeze();
    const after = await second.materialise("everything", owner);
    const expected: Record<string, string> = {
      ...shownBefore,
      dir: "644 now a file\n",
      "file/inner": "644 now a directory\n",
      "d2/f2": "755 edited\n",
      "d3/f3": "0 f10",
    };
    for (const name of ["dir/x/y", "file", "gone/a", "gone/b/c", "d1/f1"]) delete expected[name];
    expect(listing(after.lower)).toEqual(expected);
    expect(Object.keys(shownBefore)).toHaveLength(304);
    expect(listing(before.lower)).toEqual(shownBefore);
    await before.release();
    await after.release();
    expect(await listed(first, owner)).toEqual(shownBefore);
  },

  "gives a file the time when its path and content were first frozen": async ({ source, project, owner }: SourceSubject) => {
    const times = async (): Promise<Record<string, number>> => {
      const view = await (await source.freeze()).materialise("everything", owner);
      const shown = [...show(view.lower)].map(([name, { mtimeMs }]) => [name, mtimeMs] as const);
      await view.release();
      return Object.fromEntries(shown);
    };
    await project.write(path("a"), "1\n");
    await project.write(path("b"), "1\n");
    const first = await times();
    await project.touch(path("a"));
    expect(await times()).toEqual(first);
    await project.write(path("a"), "2\n");
    const second = await times();
    expect(second["a"]).toBeGreaterThanOrEqual(first["a"] ?? Number.NaN);
    expect(second["b"]).toBe(first["b"]);
    await project.write(path("a"), "1\n");
    expect(await times()).toEqual(first);
    await project.write(path("a"), "2\n");
    expect(await times()).toEqual(second);
  },

  "shares a tree between views that are open at once": async ({ source, project, owner }: SourceSubject) => {
    await project.write(path("a"), "1\n");
    const frozen = await source.freeze();
    const [one, two] = await Promise.all([frozen.materialise("everything", owner), frozen.materialise("everything", owner)]);
    await one.release();
    await one.release();
    expect(listing(two.lower)).toEqual({ a: "644 1\n" });
    await two.release();
  },
};
