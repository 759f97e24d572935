import { bytePath, type GlobPattern } from "@fresco/pipeline";
import type { FrozenSource } from "@fresco/ports";
import { expect } from "vitest";
import type { SourceSubject } from "./subject.ts";

const path = bytePath;

function viewed(
  frozen: FrozenSource,
  ...patterns: readonly string[]
): { readonly paths: readonly string[]; readonly unmatched: readonly string[] } {
  const globs = patterns.map((pattern): GlobPattern => ({ pattern: pattern.replace(/\?$/, ""), optional: pattern.endsWith("?") }));
  const { entries, unmatched } = frozen.view(globs);
  return { paths: entries.map((entry) => entry.path), unmatched };
}

async function project({ project: edit, source }: SourceSubject): Promise<FrozenSource> {
  for (const name of ["a.ts", "a.ts.bak", "src/a.ts", "src/b.js", "src/deep/c.ts", "src-2/d.ts", "package.json", "pkg/package.json"]) {
    await edit.write(path(name), `${name}\n`);
  }
  return source.freeze();
}

export const viewCases = {
  "lets in a file, a directory and what a glob matches": async (subject: SourceSubject) => {
    const frozen = await project(subject);
    expect(viewed(frozen, "package.json")).toEqual({ paths: ["package.json"], unmatched: [] });
    expect(viewed(frozen, "src")).toEqual({ paths: ["src/a.ts", "src/b.js", "src/deep/c.ts"], unmatched: [] });
    expect(viewed(frozen, "src/*.ts", "**/package.json")).toEqual({
      paths: ["package.json", "pkg/package.json", "src/a.ts"],
      unmatched: [],
    });
    expect(viewed(frozen, "**").paths).toEqual(frozen.entries().map((entry) => entry.path));
    expect(viewed(frozen)).toEqual({ paths: [], unmatched: [] });
  },

  "lets in each entry once, sorted, however many patterns match it": async (subject: SourceSubject) => {
    const frozen = await project(subject);
    expect(viewed(frozen, "src/deep", "src", "src/**/*.ts", "a.ts").paths).toEqual(["a.ts", "src/a.ts", "src/b.js", "src/deep/c.ts"]);
  },

  "takes back what a negated pattern matches": async (subject: SourceSubject) => {
    expect(viewed(await project(subject), "src", "!src/**/*.ts", "src/a.ts").paths).toEqual(["src/a.ts", "src/b.js"]);
  },

  "names the patterns that let in nothing although they must": async (subject: SourceSubject) => {
    const frozen = await project(subject);
    expect(viewed(frozen, "absent.txt", "none/**", "maybe?", "!never", "a.ts")).toEqual({
      paths: ["a.ts"],
      unmatched: ["absent.txt", "none/**"],
    });
    expect(viewed(frozen, "src/b.js", "!src").unmatched).toEqual(["src/b.js"]);
  },

  "says what is at a path": async (subject: SourceSubject) => {
    const frozen = await project(subject);
    expect(["src", "src/a.ts", "sr", "src/deep", "package.json"].map((name) => frozen.has(path(name)))).toEqual([
      "directory",
      "file",
      undefined,
      "directory",
      "file",
    ]);
  },

  "finds what a pattern would match if it were not ignored": async ({ source, project: edit }: SourceSubject) => {
    await edit.ignore(["*.env", "build/"]);
    await edit.write(path("local.env"), "1\n");
    for (let count = 0; count < 7; count += 1) await edit.write(path(`build/out${count}.js`), "1\n");
    const frozen = await source.freeze();
    expect(await frozen.ignoredMatches("local.env")).toEqual(["local.env"]);
    expect(await frozen.ignoredMatches("build")).toHaveLength(5);
    expect(await frozen.ignoredMatches("*.txt")).toEqual([]);
  },
};
