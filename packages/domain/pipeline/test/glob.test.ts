import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bytePath, bytePathFrom, compileGlobs, displayPath } from "../src/index.ts";
import { globFault } from "../src/glob.ts";

const matching = (patterns: readonly string[], paths: readonly string[]) => {
  const globs = compileGlobs(patterns);
  return paths.filter((path) => globs.matches(bytePath(path)));
};

describe("compileGlobs", () => {
  it("anchors patterns at the root", () => {
    expect(matching(["package.json"], ["package.json", "app/package.json", "package.json5"])).toEqual(["package.json"]);
    expect(matching(["/src"], ["src/a", "lib/src/a"])).toEqual(["src/a"]);
  });

  it("lets a directory stand for everything beneath it", () => {
    expect(matching(["src"], ["src", "src/a", "src/b/c", "srcs/a"])).toEqual(["src", "src/a", "src/b/c"]);
    expect(matching(["src/"], ["src", "src/a"])).toEqual(["src/a"]);
    expect(matching(["src/**"], ["src", "src/a", "src/b/c"])).toEqual(["src/a", "src/b/c"]);
  });

  it("takes stars that are not a whole segment as one star", () => {
    expect(matching(["f**/a"], ["f/a", "fx/a", "fa", "f/x/a"])).toEqual(["f/a", "fx/a"]);
    expect(matching(["**f/a"], ["f/a", "xf/a", "x/f/a"])).toEqual(["f/a", "xf/a"]);
    expect(matching(["***/a"], ["a", "x/a", "x/y/a"])).toEqual(["a", "x/a", "x/y/a"]);
  });

  it("lets the last match win, beneath a matched directory too", () => {
    expect(matching(["src", "!src/gen", "src/gen/keep.ts"], ["src/a", "src/gen/x.ts", "src/gen/keep.ts"])).toEqual([
      "src/a",
      "src/gen/keep.ts",
    ]);
    expect(matching(["!src"], ["src/a", "b"])).toEqual([]);
  });

  it("takes `?` and classes as one UTF-8 character", () => {
    expect(matching(["?.txt"], ["ä.txt", "😀.txt", "ab.txt", "/.txt"])).toEqual(["ä.txt", "😀.txt"]);
    expect(matching(["[äö].txt"], ["ä.txt", "ö.txt", "ü.txt", "a.txt"])).toEqual(["ä.txt", "ö.txt"]);
    expect(matching(["*???"], ["😀", "ab😀", "abc"])).toEqual(["ab😀", "abc"]);
    expect(compileGlobs(["?"]).matches(bytePathFrom(Uint8Array.of(0xff)))).toBe(true);
  });

  it("says for each pattern by itself whether it matches", () => {
    const globs = compileGlobs(["src", "!src/gen"]);
    expect(globs.matchesPattern(0, bytePath("src/gen/a"))).toBe(true);
    expect(globs.matchesPattern(1, bytePath("src/gen/a"))).toBe(true);
    expect(globs.matchesPattern(1, bytePath("src/a"))).toBe(false);
  });

  it("gives the literal text that every match begins with", () => {
    const { prefixes } = compileGlobs(["src/*.ts", "src/a*", "!dir/", "**/x", "ä/b?", "a\\*b/c", "a/**/b"]);
    expect(prefixes.map(displayPath)).toEqual(["src/", "src/a", "dir", "", "ä/b", "a*b/c", "a/"]);
  });

  it("takes polynomial time where backtracking would take exponential", () => {
    const globs = compileGlobs([`${"*a".repeat(30)}b`, `${"**/a/".repeat(30)}b`]);
    expect(globs.matches(bytePath("a".repeat(200)))).toBe(false);
    expect(globs.matches(bytePath("a/".repeat(200)))).toBe(false);
  });

  it("names what is wrong with a pattern", () => {
    expect(["", "!", "../a", "a//b", "./a", "a\0", "[a/b]", "[[:x:]]", "a\\"].map(globFault)).toEqual([
      "is empty",
      "is empty",
      "leaves the project",
      'has a segment that no path has ("." or nothing)',
      'has a segment that no path has ("." or nothing)',
      "holds a NUL character",
      ...Array<string>(3).fill("has an open bracket, an unknown class or a backslash with nothing behind it in a segment"),
    ]);
    expect(matching(["[a", "a\\"], ["[a", "a", "a\\"])).toEqual([]);
    expect(["a", "!a/", "/a/**", "**", "\\!a"].map(globFault)).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });
});

describe("git, asked the same", () => {
  const names = ["a", "b", "ab", "a.ts", "b.ts", "-", "a*", "]", "\\", ".a"];
  const directories = ["", "a/", "b/", "ab/", "a/b/", "b/a/", "a/a/a/", ".a/"];
  // A path cannot be a file and a directory at once.
  const files = directories.flatMap((directory) => names.map((name) => `${directory}f${name}`));
  let repository = "";

  beforeAll(() => {
    repository = mkdtempSync(join(tmpdir(), "fresco-glob-"));
    execFileSync("git", ["init", "-q", repository]);
    for (const file of files) {
      mkdirSync(dirname(join(repository, file)), { recursive: true });
      writeFileSync(join(repository, file), "");
    }
  });
  afterAll(() => rmSync(repository, { recursive: true }));

  const ignored = (pattern: string): readonly string[] => {
    writeFileSync(join(repository, ".git/asked"), `/${pattern}\n`);
    const listed = execFileSync(
      "git",
      ["-C", repository, "ls-files", "-z", "--others", "--ignored", `--exclude-from=${join(repository, ".git/asked")}`],
      { encoding: "utf8" },
    );
    return listed
      .split("\0")
      .filter((path) => path !== "")
      .sort();
  };

  const segment = fc.oneof(
    fc.constantFrom(
      "a",
      "b",
      "ab",
      "fa",
      "fa.ts",
      "**",
      "*",
      "?",
      "f*",
      "*.ts",
      "f[ab]",
      "f[!a]",
      "f[a-b]*",
      "f?",
      "f\\*",
      "f[]a]",
      "f[[:alpha:]]",
      "f[\\]-]",
      "[",
      "f\\",
      "*a*",
      "f**",
      ".*",
      "f[^b-]",
    ),
    fc
      .array(fc.constantFrom("f", "a", "b", "*", "?", ".", "t", "s", "[ab]", "\\a"), { minLength: 1, maxLength: 5 })
      .map((parts) => parts.join("")),
  );
  // git strips one slash at the start, which is ours; a segment of dots or nothing is refused before. `f**/a` is `f*/a` by git's manual,
  // but git compares the literal `f` by itself and may take what is left for `**/a`, one version not always the same way: not asked.
  const pattern = fc
    .tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([segments, directory]) => segments.join("/") + (directory ? "/" : ""))
    .filter((text) => globFault(text) === undefined && !text.startsWith("!") && !/[^/*]\*\*+\//.test(text));

  it("gives the same files for each pattern", () => {
    fc.assert(
      fc.property(pattern, (text) => {
        expect(matching([text], files).toSorted()).toEqual(ignored(text));
      }),
      { numRuns: 250 },
    );
  });

  it("gives the same files for lists, folded so that the last match wins", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(pattern, fc.boolean()), { minLength: 1, maxLength: 4 }), (list) => {
        const verdicts = list.map(([text, negated]) => ({ negated, files: new Set(ignored(text)) }));
        const expected = files.filter((file) => verdicts.findLast((verdict) => verdict.files.has(file))?.negated === false);
        expect(
          matching(
            list.map(([text, negated]) => (negated ? `!${text}` : text)),
            files,
          ),
        ).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it("only matches paths that begin with the pattern's prefix", () => {
    fc.assert(
      fc.property(pattern, (text) => {
        const [prefix = ""] = compileGlobs([text]).prefixes;
        expect(ignored(text).every((path) => path.startsWith(prefix))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
