import { type BytePath, bytePath, bytePathFrom } from "@fresco/pipeline";
import { expect } from "vitest";
import { treeId } from "./git-tree.ts";
import type { SourceSubject } from "./subject.ts";

const path = bytePath;
const latin1 = (text: string): BytePath => bytePathFrom(Buffer.from(text, "latin1"));

export const freezingCases = {
  "gives an empty project git's empty tree": async ({ source }: SourceSubject) => {
    const frozen = await source.freeze();
    expect(frozen.tree).toBe("4b825dc642cb6eb9a060e54bf8d69288fbee4904");
    expect(frozen.entries()).toEqual([]);
  },

  "names a tree as git does": async ({ source, project }: SourceSubject) => {
    await project.write(path("a.txt"), "a\n");
    await project.write(path("bin/run"), "#!/bin/sh\n", true);
    await project.symlink(path("link"), "nowhere");
    await project.write(path("a/b"), "1\n");
    await project.write(path("a.d/c"), "2\n");
    await project.write(path("a0/d"), "3\n");
    const frozen = await source.freeze();
    expect(frozen.tree).toBe("7764af5fe202002d1fbd035a684473597f14a89b");
    expect(frozen.entries()).toEqual([
      { path: "a.d/c", mode: "100644", object: "0cfbf08886fca9a91cb753ec8734c84fcbe52c9f" },
      { path: "a.txt", mode: "100644", object: "78981922613b2afb6025042ff6bd878ac1994e85" },
      { path: "a/b", mode: "100644", object: "d00491fd7e5bb6fa28c517a0bb32b8b506539d4d" },
      { path: "a0/d", mode: "100644", object: "00750edc07d6415dcc07ae0351e9397b0222b7ba" },
      { path: "bin/run", mode: "100755", object: "1a2485251c33a70432394c93fb89330ef214bfc9" },
      { path: "link", mode: "120000", object: "5425ec0feb1edc20db0d742ffb8877b972b46134" },
    ]);
  },

  "gives the same content the same tree, whatever happened in between": async ({ source, project }: SourceSubject) => {
    await project.write(path("d/a"), "1\n");
    const first = await source.freeze();
    await project.write(path("d/a"), "2\n");
    const second = await source.freeze();
    await project.write(path("d/a"), "1\n");
    await project.touch(path("d/a"));
    expect(second.tree).not.toBe(first.tree);
    expect((await source.freeze()).tree).toBe(first.tree);
  },

  "sees changes of mode and type, deletions and renames": async ({ source, project }: SourceSubject) => {
    for (const name of ["mode", "link", "gone", "old", "file", "dir/inner"]) await project.write(path(name), `${name}\n`);
    await source.freeze();
    await project.write(path("mode"), "mode\n", true);
    await project.symlink(path("link"), "mode");
    await project.remove(path("gone"));
    await project.rename(path("old"), path("new"));
    await project.write(path("file/inner"), "a directory now\n");
    await project.write(path("dir"), "a file now\n");
    const frozen = await source.freeze();
    expect(frozen.entries().map(({ mode, path: there }) => `${mode} ${there}`)).toEqual([
      "100644 dir",
      "100644 file/inner",
      "120000 link",
      "100755 mode",
      "100644 new",
    ]);
    expect(frozen.tree).toBe(treeId(new Map(frozen.entries().map((entry) => [entry.path, entry]))));
  },

  "forgets a directory whose last file is gone": async ({ source, project }: SourceSubject) => {
    await project.write(path("a"), "1\n");
    const before = await source.freeze();
    await project.write(path("d/e/f"), "1\n");
    await source.freeze();
    await project.remove(path("d/e/f"));
    const after = await source.freeze();
    expect(after.tree).toBe(before.tree);
    expect(after.has(path("d"))).toBeUndefined();
  },

  "leaves ignored files out, and files that become ignored": async ({ source, project }: SourceSubject) => {
    for (const name of ["a.log", "keep.log", "src/b.log", "src/c.ts", "out/d"]) await project.write(path(name), `${name}\n`);
    const names = async (): Promise<string[]> => (await source.freeze()).entries().map((entry) => entry.path);
    expect(await names()).toEqual(["a.log", "keep.log", "out/d", "src/b.log", "src/c.ts"]);
    await project.ignore(["*.log", "out/", "!keep.log"]);
    expect(await names()).toEqual([".gitignore", "keep.log", "src/c.ts"]);
    await project.ignore(["out/"]);
    expect(await names()).toEqual([".gitignore", "a.log", "keep.log", "src/b.log", "src/c.ts"]);
  },

  "keeps names that are odd or no UTF-8 apart, ordered by their bytes": async ({ source, project }: SourceSubject) => {
    const names = ["\xc3\xa4", "\xe4", "\xff\xfe", " ", "-x", "a\nb", 'q"', "s\\t", "tab\t", ":(top)x", "*", "[a]", "#c", "!d"].map(latin1);
    for (const name of names) await project.write(name, `${name.length}\n`);
    const first = await source.freeze();
    expect(first.entries().map((entry) => entry.path)).toEqual([...names].sort());
    expect(first.tree).toBe(treeId(new Map(first.entries().map((entry) => [entry.path, entry]))));
    await project.write(latin1("\xff\xfe"), "changed\n");
    await project.remove(latin1("\xe4"));
    const second = await source.freeze();
    expect(second.has(latin1("\xe4"))).toBeUndefined();
    expect(second.has(latin1("\xc3\xa4"))).toBe("file");
    expect(second.tree).toBe(treeId(new Map(second.entries().map((entry) => [entry.path, entry]))));
  },

  "is not disturbed by edits after freezing": async ({ source, project }: SourceSubject) => {
    await project.write(path("a"), "frozen\n");
    const frozen = await source.freeze();
    const [entry] = frozen.entries();
    await project.write(path("a"), "edited\n");
    await project.write(path("b"), "new\n");
    expect(frozen.entries()).toEqual([entry]);
    expect(entry && Buffer.from(await frozen.read(entry)).toString()).toBe("frozen\n");
    await frozen.kept;
  },

  "opens a tree that was frozen earlier, and no other": async ({ source, project }: SourceSubject) => {
    await project.write(path("d/a"), "1\n");
    await project.symlink(path("d/link"), "a");
    const frozen = await source.freeze();
    await frozen.kept;
    await project.write(path("d/a"), "2\n");
    await source.freeze();
    const opened = await source.open(frozen.tree);
    expect(opened?.tree).toBe(frozen.tree);
    expect(opened?.entries()).toEqual(frozen.entries());
    const [entry] = opened?.entries() ?? [];
    expect(entry && Buffer.from((await opened?.read(entry)) ?? []).toString()).toBe("1\n");
    expect(await source.open("0123456789012345678901234567890123456789")).toBeUndefined();
  },
};
