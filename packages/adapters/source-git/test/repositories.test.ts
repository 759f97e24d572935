import { createHash } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Subject, userGit } from "./subject.ts";

/** Every file below a directory with content and times. */
function fingerprint(directory: string): Record<string, string> {
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" }).map((name): readonly [string, string] => {
    const stats = lstatSync(join(directory, name), { bigint: true });
    const content = stats.isFile()
      ? createHash("sha256")
          .update(readFileSync(join(directory, name)))
          .digest("hex")
      : "";
    return [name, `${stats.mode} ${stats.ino} ${stats.mtimeNs} ${content}`];
  });
  return Object.fromEntries(files);
}

/** The tree of exactly these files' bytes, made by git in a scratch repository without attributes. */
function naiveTree(subject: Subject, paths: readonly string[]): string {
  const scratch = join(subject.directory, `naive-${Math.random()}`);
  mkdirSync(scratch);
  userGit(scratch, "init", "-q", "--bare", ".");
  writeFileSync(join(scratch, "info", "attributes"), "* -text -filter -ident -working-tree-encoding\n");
  if (paths.length > 0)
    userGit(subject.root, `--git-dir=${scratch}`, `--work-tree=${subject.root}`, "update-index", "--add", "--", ...paths);
  return userGit(scratch, "write-tree").trim();
}

describe("GitSource and the user's repository", () => {
  it("leaves every byte and time of a repository alone whose racy, dirty index git status would rewrite", async () => {
    await using subject = new Subject();
    subject.git("init", "-q");
    for (let count = 0; count < 20; count += 1) await subject.write(`f${count}`, `${count}\n`);
    subject.git("add", "-A");
    subject.git("commit", "-qm", "1");
    await subject.write("f1", "x\n");
    utimesSync(join(subject.root, "f2"), 1_000_000_000, 1_000_000_000);
    await subject.write("new", "1\n");
    const before = fingerprint(join(subject.root, ".git"));
    const frozen = await subject.source.freeze();
    await frozen.kept;
    const view = await frozen.materialise("everything", subject.owner);
    await view.release();
    await subject.source.freeze();
    expect(fingerprint(join(subject.root, ".git"))).toEqual(before);
    subject.git("status");
    expect(fingerprint(join(subject.root, ".git"))).not.toEqual(before);
  });

  it("needs nothing of the user's objects once a tree is kept", async () => {
    await using subject = new Subject();
    subject.git("init", "-q");
    for (let count = 0; count < 20; count += 1) await subject.write(`d/f${count}`, `${count}\n`);
    subject.git("add", "-A");
    subject.git("commit", "-qm", "1");
    utimesSync(join(subject.root, ".git", "index"), new Date(), new Date(Date.now() + 5000));
    const frozen = await subject.source.freeze();
    await frozen.kept;
    rmSync(join(subject.root, ".git"), { recursive: true });
    const opened = await subject.source.open(frozen.tree);
    const [entry] = opened?.entries() ?? [];
    expect(entry && Buffer.from((await opened?.read(entry)) ?? []).toString()).toBe("0\n");
    expect((await subject.source.freeze()).tree).toBe(frozen.tree);
  });

  it("keeps a tree whose borrowed objects were pruned meanwhile, from the files", async () => {
    await using subject = new Subject();
    subject.git("init", "-q");
    await subject.write("staged", "only in the index\n");
    subject.git("add", "-A");
    utimesSync(join(subject.root, ".git", "index"), new Date(), new Date(Date.now() + 5000));
    const frozen = await subject.source.freeze();
    subject.git("rm", "-q", "--cached", "staged");
    subject.git("gc", "-q", "--prune=now");
    await frozen.kept;
    const [entry] = frozen.entries();
    expect(entry && Buffer.from(await frozen.read(entry)).toString()).toBe("only in the index\n");
  });

  it("freezes bytes as they are on the disk, whatever filters and line-end conversions are in force", async () => {
    await using subject = new Subject();
    subject.git("init", "-q");
    subject.git("config", "filter.upper.clean", "tr a-z A-Z");
    subject.git("config", "core.autocrlf", "true");
    await subject.write(".gitattributes", "*.up filter=upper\n*.id ident\n*.txt text eol=crlf\n");
    await subject.write("a.up", "lower\n");
    await subject.write("a.id", "$Id$\n");
    await subject.write("a.txt", "line\r\nline\r\n");
    await subject.write("plain", "line\r\n");
    subject.git("add", "-A");
    subject.git("commit", "-qm", "1");
    // A clean index in the past: nothing in it is racy.
    utimesSync(join(subject.root, ".git", "index"), new Date(), new Date(Date.now() + 5000));
    const frozen = await subject.source.freeze();
    expect(frozen.tree).toBe(naiveTree(subject, [".gitattributes", "a.id", "a.txt", "a.up", "plain"]));
  });

  it("hides nothing that assume-unchanged, skip-worktree or intent-to-add hides from git", async () => {
    await using subject = new Subject();
    subject.git("init", "-q");
    for (const name of ["assumed", "skipped", "plain"]) await subject.write(name, "1\n");
    subject.git("add", "-A");
    subject.git("commit", "-qm", "1");
    subject.git("update-index", "--assume-unchanged", "assumed");
    subject.git("update-index", "--skip-worktree", "skipped");
    await subject.write("assumed", "22\n");
    await subject.write("skipped", "22\n");
    await subject.write("announced", "1\n");
    subject.git("add", "-N", "announced");
    expect((await subject.source.freeze()).tree).toBe(naiveTree(subject, ["announced", "assumed", "plain", "skipped"]));
  });

  it.each(["2", "3", "4"])("reads an index of version %s", async (version) => {
    await using subject = new Subject();
    subject.git("init", "-q");
    for (const name of ["a/b/c", "a/b/cd", "a/bb", "b"]) await subject.write(name, `${name}\n`);
    subject.git("add", "-A");
    subject.git("update-index", "--index-version", version);
    await subject.write("b", "edited\n");
    expect((await subject.source.freeze()).tree).toBe(naiveTree(subject, ["a/b/c", "a/b/cd", "a/bb", "b"]));
  });

  it("works with a split index, a merge conflict and no commit", async () => {
    await using subject = new Subject();
    subject.git("init", "-q");
    await subject.write("a", "1\n");
    subject.git("add", "-A");
    expect(await subject.names()).toEqual(["a"]);
    subject.git("commit", "-qm", "1");
    subject.git("checkout", "-qb", "other");
    await subject.write("a", "2\n");
    subject.git("commit", "-qam", "2");
    subject.git("checkout", "-q", "main");
    await subject.write("a", "3\n");
    subject.git("commit", "-qam", "3");
    expect(() => subject.git("merge", "-q", "other")).toThrow();
    expect((await subject.source.freeze()).tree).toBe(naiveTree(subject, ["a"]));
    subject.git("add", "a");
    subject.git("update-index", "--split-index");
    expect((await subject.open({ state: join(subject.directory, "second") }).freeze()).tree).toBe(naiveTree(subject, ["a"]));
  });

  it("freezes submodules, nested repositories and one without commits as directories, by their own rules", async () => {
    await using subject = new Subject();
    const library = join(subject.directory, "library");
    mkdirSync(library);
    userGit(library, "init", "-q");
    writeFileSync(join(library, "lib.c"), "1\n");
    userGit(library, "add", "-A");
    userGit(library, "commit", "-qm", "1");
    subject.git("init", "-q");
    subject.git("submodule", "--quiet", "add", library, "sub");
    await subject.write("nested/.gitignore", "*.o\n");
    await subject.write("nested/a.o", "1\n");
    await subject.write("nested/a.c", "1\n");
    await subject.write("nested/deep/x", "1\n");
    await subject.write("b.o", "1\n");
    userGit(join(subject.root, "nested"), "init", "-q");
    userGit(join(subject.root, "nested", "deep"), "init", "-q");
    const expected = [".gitmodules", "b.o", "nested/.gitignore", "nested/a.c", "nested/deep/x", "sub/lib.c"];
    expect(await subject.names()).toEqual(expected);
    await subject.write("sub/lib.c", "2\n");
    await subject.write("nested/deep/y", "1\n");
    const frozen = await subject.source.freeze();
    expect(frozen.entries().map(({ path }) => path)).toEqual([...expected.slice(0, 5), "nested/deep/y", "sub/lib.c"]);
    await frozen.kept;
    const view = await frozen.materialise("everything", subject.owner);
    expect(readFileSync(join(view.lower[0] ?? "", "sub", "lib.c"), "utf8")).toBe("2\n");
    expect((await subject.source.open(frozen.tree))?.entries()).toEqual(frozen.entries());
  });

  it("freezes a linked worktree with its own index", async () => {
    await using subject = new Subject();
    subject.git("init", "-q");
    await subject.write("a", "1\n");
    await subject.write("forced.log", "1\n");
    await subject.write(".gitignore", "*.log\n");
    subject.git("add", "-f", "a", ".gitignore", "forced.log");
    subject.git("commit", "-qm", "1");
    const linked = join(subject.directory, "linked");
    subject.git("worktree", "add", "-q", linked);
    writeFileSync(join(linked, "b"), "1\n");
    writeFileSync(join(linked, "b.log"), "1\n");
    const frozen = await subject.open({ root: linked }).freeze();
    expect(frozen.entries().map(({ path }) => path)).toEqual([".gitignore", "a", "b", "forced.log"]);
  });

  it("takes a project within a repository with the rules above it, and one that is ignored there as its own", async () => {
    await using subject = new Subject();
    subject.git("init", "-q");
    await subject.write(".gitignore", "*.log\nignored/\n");
    for (const name of ["app/a", "app/a.log", "app/d/b", "other/c", "ignored/x", "ignored/x.log"]) await subject.write(name, `${name}\n`);
    subject.git("add", "-A");
    const app = subject.open({ root: join(subject.root, "app") });
    expect((await app.freeze()).entries().map(({ path }) => path)).toEqual(["a", "d/b"]);
    await subject.write("app/d/b", "2\n");
    await subject.write("app/e", "2\n");
    const frozen = await app.freeze();
    expect(frozen.entries().map(({ path }) => path)).toEqual(["a", "d/b", "e"]);
    await subject.write("app-copy/x", "1\n");
    const scratch = new Subject();
    for (const entry of frozen.entries()) await scratch.write(entry.path, await frozen.read(entry));
    expect((await scratch.source.freeze()).tree).toBe(frozen.tree);
    await scratch[Symbol.asyncDispose]();
    const ignored = await subject.open({ root: join(subject.root, "ignored") }).freeze();
    expect(ignored.entries().map(({ path }) => path)).toEqual(["x", "x.log"]);
  });
});

describe("GitSource and ignore rules", () => {
  it("honours nested and negated rules, info/exclude and the global file, and sees each of them change", async () => {
    await using subject = new Subject();
    subject.git("init", "-q");
    const global = join(subject.directory, "global-ignore");
    writeFileSync(global, "*.global\n");
    subject.git("config", "core.excludesFile", global);
    writeFileSync(join(subject.root, ".git", "info", "exclude"), "*.private\n");
    await subject.write(".gitignore", "*.log\n!keep.log\nbuild/*\n!build/keep\n");
    await subject.write("sub/.gitignore", "!a.log\nlocal\n");
    for (const name of ["a.global", "a.private", "a.log", "keep.log", "build/x", "build/keep", "sub/a.log", "sub/local", "local"])
      await subject.write(name, "1\n");
    expect(await subject.names()).toEqual([".gitignore", "build/keep", "keep.log", "local", "sub/.gitignore", "sub/a.log"]);
    writeFileSync(global, "local\n");
    writeFileSync(join(subject.root, ".git", "info", "exclude"), "a.global\n");
    expect(await subject.names()).toEqual([".gitignore", "a.private", "build/keep", "keep.log", "sub/.gitignore", "sub/a.log"]);
    subject.git("config", "--unset", "core.excludesFile");
    expect(await subject.names()).toContain("local");
  });

  it("drops what a rule begins to ignore, also when the rule's file ignores itself", async () => {
    await using subject = new Subject();
    await subject.write("out/a", "1\n");
    await subject.write("b", "1\n");
    expect(await subject.names()).toEqual(["b", "out/a"]);
    await subject.write("out/.gitignore", "*\n");
    expect(await subject.names()).toEqual(["b"]);
    rmSync(join(subject.root, "out", ".gitignore"));
    expect(await subject.names()).toEqual(["b", "out/a"]);
  });

  it("keeps ignored files that the user's index names, as long as it does", async () => {
    await using subject = new Subject();
    subject.git("init", "-q");
    await subject.write(".gitignore", "*.log\n");
    await subject.write("a.log", "1\n");
    expect(await subject.names()).toEqual([".gitignore"]);
    subject.git("add", "-f", "a.log");
    expect(await subject.names()).toEqual([".gitignore", "a.log"]);
    rmSync(join(subject.root, "a.log"));
    expect(await subject.names()).toEqual([".gitignore"]);
    await subject.write("a.log", "2\n");
    expect(await subject.names()).toEqual([".gitignore", "a.log"]);
    subject.git("rm", "-qf", "--cached", "a.log");
    expect(await subject.names()).toEqual([".gitignore"]);
  });

  it("follows a project that gains, changes and loses its repository", async () => {
    await using subject = new Subject();
    await subject.write("a", "1\n");
    const without = (await subject.source.freeze()).tree;
    subject.git("init", "-q");
    expect((await subject.source.freeze()).tree).toBe(without);
    writeFileSync(join(subject.root, ".git", "info", "exclude"), "a\n");
    expect(await subject.names()).toEqual([]);
    rmSync(join(subject.root, ".git"), { recursive: true });
    expect((await subject.source.freeze()).tree).toBe(without);
  });

  it("takes neither its own state nor anything called .git", async () => {
    await using subject = new Subject();
    await subject.write("a", "1\n");
    await subject.write("d/.git/notes", "no repository\n");
    await subject.write("d/.GIT/notes", "no repository\n");
    const source = subject.open({ state: join(subject.root, "home", "state"), exclude: [join(subject.root, "home")] });
    await source.freeze();
    await subject.write("home/else", "1\n");
    expect((await source.freeze()).entries().map(({ path }) => path)).toEqual(["a"]);
  });
});

describe("GitSource and a working directory that moves", () => {
  it("sees a change that keeps size and time of modification", async () => {
    await using subject = new Subject();
    subject.git("init", "-q");
    for (const name of ["a", "b", "c"]) await subject.write(name, "1\n");
    subject.git("add", "-A");
    for (let round = 2; round < 12; round += 1) {
      await subject.write("a", `${round % 10}\n`);
      const frozen = await subject.source.freeze();
      expect(frozen.tree, `round ${round}`).toBe(naiveTree(subject, ["a", "b", "c"]));
    }
  });

  it("follows directories that become symlinks and back", async () => {
    await using subject = new Subject();
    await subject.write("real/a", "1\n");
    await subject.write("d/a", "1\n");
    await subject.write("d/b", "1\n");
    expect(await subject.names()).toEqual(["d/a", "d/b", "real/a"]);
    renameSync(join(subject.root, "d"), join(subject.root, "e"));
    symlinkSync("real", join(subject.root, "d"));
    expect(await subject.names()).toEqual(["d", "e/a", "e/b", "real/a"]);
    rmSync(join(subject.root, "d"));
    renameSync(join(subject.root, "e"), join(subject.root, "d"));
    expect(await subject.names()).toEqual(["d/a", "d/b", "real/a"]);
  });

  it("freezes thousands of files into a new base, and again after most of them changed", async () => {
    await using subject = new Subject();
    const paths = Array.from({ length: 2500 }, (_, count) => `d${count % 40}/f${count}`).sort();
    for (const path of paths) await subject.write(path, `${path}\n`);
    expect((await subject.source.freeze()).tree).toBe(naiveTree(subject, paths));
    for (const path of paths.slice(0, 1500)) await subject.write(path, `${path} again\n`, true);
    const frozen = await subject.source.freeze();
    expect(frozen.tree).toBe(naiveTree(subject, paths));
    const view = await frozen.materialise("everything", subject.owner);
    const [root = ""] = view.lower;
    expect(readdirSync(root, { recursive: true })).toHaveLength(2500 + 40);
    expect(readFileSync(join(root, "d0/f0"), "utf8")).toBe("d0/f0 again\n");
    await view.release();
  });

  it("gives two processes' worth of freezing at once the same right tree", async () => {
    await using subject = new Subject();
    for (let count = 0; count < 400; count += 1) await subject.write(`f${count}`, `${count}\n`);
    const sources = [subject.source, subject.open(), subject.open(), subject.open()];
    const trees = await Promise.all(sources.map(async (source) => (await source.freeze()).tree));
    expect(new Set(trees).size).toBe(1);
    expect((await subject.source.freeze()).tree).toBe(trees[0]);
  });

  it("is not held up by the lock of a git that was killed", async () => {
    await using subject = new Subject();
    await subject.write("a", "1\n");
    await subject.source.freeze();
    const bases = join(subject.state, readdirSync(subject.state)[0] ?? "", "bases");
    for (const base of readdirSync(bases)) {
      const lock = join(bases, base, "index.lock");
      writeFileSync(lock, "");
      utimesSync(lock, 0, 0);
    }
    for (let count = 0; count < 300; count += 1) await subject.write(`f${count}`, `${count}\n`);
    expect(await subject.names()).toHaveLength(301);
  });

  it("recovers from bases and a journal that a crash cut short", async () => {
    await using subject = new Subject();
    await subject.write("a", "1\n");
    const { tree } = await subject.source.freeze();
    const project = join(subject.state, readdirSync(subject.state)[0] ?? "");
    for (const base of readdirSync(join(project, "bases"))) writeFileSync(join(project, "bases", base, "manifest"), "");
    appendFileSync(join(project, "first-times"), "\x00170000000");
    expect((await subject.source.freeze()).tree).toBe(tree);
    for (const base of readdirSync(join(project, "bases"))) writeFileSync(join(project, "bases", base, "index"), "");
    expect((await subject.source.freeze()).tree).toBe(tree);
    for (const base of readdirSync(join(project, "bases"))) writeFileSync(join(project, "bases", base, "facts.json"), "{");
    expect((await subject.source.freeze()).tree).toBe(tree);
  });

  it("says what it cannot read", async (t) => {
    t.skip(process.getuid?.() === 0, "root reads everything");
    await using subject = new Subject();
    await subject.write("closed/a", "1\n");
    await subject.write("b", "1\n");
    chmodSync(join(subject.root, "closed"), 0);
    await expect(subject.source.freeze()).rejects.toThrow(/closed/);
    chmodSync(join(subject.root, "closed"), 0o700);
    chmodSync(join(subject.root, "b"), 0);
    await expect(subject.source.freeze()).rejects.toThrow(/\/b cannot be read/);
  });
});

describe("GitSource and repositories for steps", () => {
  it("copies HEAD, branch, tags and index, and no hooks, remotes or credentials", async () => {
    await using subject = new Subject();
    subject.git("init", "-q");
    await subject.write("a", "1\n");
    subject.git("add", "-A");
    subject.git("commit", "-qm", "1");
    subject.git("tag", "v1");
    await subject.write("a", "2\n");
    subject.git("commit", "-qam", "2");
    subject.git("remote", "add", "origin", "https://name:password@example.invalid/x.git");
    subject.git("config", "credential.helper", "store");
    await subject.write("staged", "1\n");
    subject.git("add", "staged");
    await subject.write("a", "3\n");
    await subject.write("untracked", "1\n");
    const before = fingerprint(join(subject.root, ".git"));
    const frozen = await subject.source.freeze();
    const place = join(subject.directory, "place");
    mkdirSync(place);
    const copy = (await frozen.repository(place)) ?? "";
    expect(fingerprint(join(subject.root, ".git"))).toEqual(before);
    const view = await frozen.materialise("everything", subject.owner);
    const seen = (...args: readonly string[]): string =>
      userGit(view.lower[0] ?? "", `--git-dir=${copy}`, `--work-tree=${view.lower[0]}`, ...args);
    expect(seen("status", "--porcelain", "--branch")).toBe("## main\n M a\nA  staged\n?? untracked\n");
    expect(seen("log", "--format=%s %D")).toBe("2 HEAD -> main\n1 tag: v1\n");
    expect(seen("fsck", "--no-dangling")).toBe("");
    expect(readFileSync(join(copy, "config"), "utf8")).not.toMatch(/example|credential|remote/);
    expect(readdirSync(copy)).not.toContain("hooks");
    await view.release();
  });

  it("copies one without commits and a detached HEAD, and has none to copy elsewhere", async () => {
    await using subject = new Subject();
    await subject.write("d/a", "1\n");
    const place = (): string => {
      const directory = join(subject.directory, `place${Math.random()}`);
      mkdirSync(directory);
      return directory;
    };
    expect(await (await subject.source.freeze()).repository(place())).toBeUndefined();
    subject.git("init", "-q");
    const unborn = (await (await subject.source.freeze()).repository(place())) ?? "";
    expect(userGit(subject.root, `--git-dir=${unborn}`, "status", "--porcelain", "--branch")).toContain("No commits yet on main");
    subject.git("add", "-A");
    subject.git("commit", "-qm", "1");
    subject.git("checkout", "-q", "--detach");
    const detached = (await (await subject.source.freeze()).repository(place())) ?? "";
    expect(userGit(subject.root, `--git-dir=${detached}`, "rev-parse", "HEAD")).toBe(subject.git("rev-parse", "HEAD"));
    const within = await subject.open({ root: join(subject.root, "d") }).freeze();
    await expect(within.repository(place())).rejects.toMatchObject({ code: "source.repository-above", kind: "input" });
  });
});
