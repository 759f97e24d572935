import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { show } from "@fresco/ports-testing/contracts";
import fc from "fast-check";
import { expect, it } from "vitest";
import { Subject, userGit } from "./subject.ts";

const NAMES = ["a", "b", "d/a", "d/b", "d/e/a", "d/e/x.log", "x.log", "out/a", "out/b"] as const;
const RULES = ["*.log", "out", "d/e/", "!x.log", "a", "!d/a", "/b", "*", "!*"] as const;

type Edit =
  | { readonly type: "write"; readonly path: string; readonly content: string; readonly executable: boolean }
  | { readonly type: "link"; readonly path: string }
  | { readonly type: "touch"; readonly path: string }
  | { readonly type: "remove"; readonly path: string }
  | { readonly type: "add"; readonly path: string }
  | { readonly type: "unadd"; readonly path: string }
  | { readonly type: "rename"; readonly path: string; readonly to: string }
  | { readonly type: "ignore"; readonly path: string; readonly rules: readonly string[] }
  | { readonly type: "commit" }
  | { readonly type: "freeze" };

const name = fc.constantFrom(...NAMES);
const place = fc.constantFrom(...NAMES, "d", "out", "d/e");
const some = <T extends Edit["type"]>(type: T): fc.Arbitrary<T> => fc.constant(type);
const edit: fc.Arbitrary<Edit> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: some("write"),
      path: place,
      content: fc.constantFrom("1\n", "2\n", "3\n", "long\n"),
      executable: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: some("link"), path: place }) },
  { weight: 1, arbitrary: fc.record({ type: some("touch"), path: name }) },
  { weight: 2, arbitrary: fc.record({ type: some("remove"), path: place }) },
  { weight: 1, arbitrary: fc.record({ type: some("add"), path: name }) },
  { weight: 1, arbitrary: fc.record({ type: some("unadd"), path: name }) },
  { weight: 2, arbitrary: fc.record({ type: some("rename"), path: place, to: place }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: some("ignore"),
      path: fc.constantFrom(".gitignore", "d/.gitignore", "out/.gitignore"),
      rules: fc.array(fc.constantFrom(...RULES), { maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: some("commit") }) },
  { weight: 4, arbitrary: fc.record({ type: some("freeze") }) },
);

/** Edits as a user would; one that makes no sense here does nothing. */
function apply(root: string, step: Edit): void {
  const git = (...args: readonly string[]): void => {
    if (existsSync(join(root, ".git"))) userGit(root, ...args);
  };
  switch (step.type) {
    case "write":
      put(root, step.path, step.content);
      chmodSync(join(root, step.path), step.executable ? 0o755 : 0o644);
      break;
    case "ignore":
      put(root, step.path, step.rules.map((rule) => `${rule}\n`).join(""));
      break;
    case "link":
      clear(root, step.path);
      symlinkSync("a", join(root, step.path));
      break;
    case "touch":
      if (kind(join(root, step.path)) === "file") utimesSync(join(root, step.path), new Date(), new Date());
      break;
    case "remove":
      rmSync(join(root, step.path), { recursive: true, force: true });
      break;
    case "rename":
      rename(root, step.path, step.to);
      break;
    case "add":
      if (isThere(root, step.path)) git("add", "-f", "--", step.path);
      break;
    case "unadd":
      git("rm", "-rqf", "--cached", "--ignore-unmatch", "--", step.path);
      break;
    case "commit":
      git("commit", "-qam", "x", "--allow-empty");
      break;
    case "freeze":
      break;
  }
}

function put(root: string, path: string, content: string): void {
  clear(root, path);
  writeFileSync(join(root, path), content);
}

function rename(root: string, from: string, to: string): void {
  if (kind(join(root, from)) === "none" || `${to}/`.startsWith(`${from}/`) || `${from}/`.startsWith(`${to}/`)) return;
  clear(root, to);
  if (kind(join(root, from)) !== "none") renameSync(join(root, from), join(root, to));
}

function kind(path: string): "file" | "directory" | "link" | "none" {
  try {
    const stats = lstatSync(path);
    return stats.isDirectory() ? "directory" : stats.isSymbolicLink() ? "link" : "file";
  } catch {
    return "none";
  }
}

/** Makes way for a file: directories above it, nothing at it. */
function clear(root: string, path: string): void {
  for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1)) {
    const directory = join(root, path.slice(0, slash));
    if (kind(directory) !== "directory") rmSync(directory, { force: true });
    mkdirSync(directory, { recursive: true });
  }
  rmSync(join(root, path), { recursive: true, force: true });
}

interface Naive {
  readonly tree: string;
  readonly files: Readonly<Record<string, string>>;
}

/** What the source is, told in git's own words: what the user's index names or no rule ignores, as it is on the disk, added to an empty repository. */
function naively(root: string): Naive {
  const scratch = mkdtempSync(join(tmpdir(), "fresco-naive-"));
  try {
    userGit(scratch, "init", "-q", "--bare", ".");
    const isRepository = existsSync(join(root, ".git"));
    const lister = isRepository ? [] : [`--git-dir=${scratch}`, `--work-tree=${root}`];
    const listed = userGit(root, ...lister, "-c", "core.quotePath=false", "ls-files", "-z", "-c", "-o", "--exclude-standard").split("\0");
    const paths = [...new Set(listed)].filter((path) => path !== "" && isThere(root, path)).sort();
    if (paths.length > 0) {
      execFileSync(
        "git",
        [`--git-dir=${scratch}`, `--work-tree=${root}`, "-c", "core.bare=false", "update-index", "--add", "-z", "--stdin"],
        {
          cwd: root,
          input: paths.map((path) => `${path}\0`).join(""),
        },
      );
    }
    const files = paths.map((path) => [path, describe(join(root, path))] as const);
    return { tree: userGit(scratch, "write-tree").trim(), files: Object.fromEntries(files) };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function isThere(root: string, path: string): boolean {
  const above = path
    .split("/")
    .slice(0, -1)
    .map((_, index, all) => all.slice(0, index + 1).join("/"));
  return above.every((directory) => kind(join(root, directory)) === "directory") && ["file", "link"].includes(kind(join(root, path)));
}

function describe(path: string): string {
  if (kind(path) === "link") return `0 ${readlinkSync(path)}`;
  return `${(lstatSync(path).mode & 0o777).toString(8)} ${readFileSync(path, "utf8")}`;
}

it.each([true, false])(
  "any history of edits freezes and materialises to what git and the disk say (repository: %s)",
  { timeout: 120_000 },
  async (isRepository) => {
    const property = fc.asyncProperty(fc.array(edit, { minLength: 3, maxLength: 25 }), async (history) => {
      await using subject = new Subject();
      if (isRepository) subject.git("init", "-q");
      for (const step of [...history, { type: "freeze" as const }]) {
        apply(subject.root, step);
        if (step.type !== "freeze") continue;
        const expected = naively(subject.root);
        const frozen = await subject.source.freeze();
        expect(frozen.tree).toBe(expected.tree);
        expect(frozen.entries().map(({ path }) => path)).toEqual(Object.keys(expected.files).sort());
        const view = await frozen.materialise("everything", subject.owner);
        const shown = [...show(view.lower)].map(([path, { mode, content }]) => [path, `${mode.toString(8)} ${content}`]);
        expect(Object.fromEntries(shown)).toEqual(expected.files);
        await view.release();
      }
    });
    await fc.assert(property, { numRuns: Number(process.env["FRESCO_HISTORIES"] ?? 20) });
  },
);
