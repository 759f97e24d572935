import Sqlite from "better-sqlite3";
import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, lstat, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { SqliteStore } from "../src/index.ts";
import { steppingClock, temporaryDirectory } from "./directory.ts";

const run = promisify(execFile);
const isRoot = process.geteuid?.() === 0;

// Vitest types these as `any`.
const textWith = (part: string): unknown => expect.stringContaining(part);
const textLike = (pattern: RegExp): unknown => expect.stringMatching(pattern);

it("everything that is made is for its user alone", async () => {
  await using directory = await temporaryDirectory();
  await using store = await open(directory.path);
  await using _owner = await store.owners.open({
    process: { pid: 1, startTime: "", bootId: "", machineId: "", pidNamespace: "" },
    startedAt: 1,
  });
  expect(await mode(directory.path)).toBe(0o700);
  for (const entry of await readdir(directory.path, { withFileTypes: true, recursive: true })) {
    expect(await mode(join(entry.parentPath, entry.name)), entry.name).toBe(entry.isDirectory() ? 0o700 : 0o600);
  }
});

it("permissions that became too wide are made right at the next open", async () => {
  await using directory = await temporaryDirectory();
  await (await open(directory.path))[Symbol.asyncDispose]();
  await chmod(directory.path, 0o755);
  await chmod(join(directory.path, "store.db"), 0o644);
  await using _store = await open(directory.path);
  expect(await mode(directory.path)).toBe(0o700);
  expect(await mode(join(directory.path, "store.db"))).toBe(0o600);
});

it("somebody else's directory is refused", async (t) => {
  t.skip(!isRoot, "giving a directory away needs root");
  await using directory = await temporaryDirectory();
  await mkdir(directory.path);
  await chown(directory.path, 12_345, 12_345);
  await expect(open(directory.path)).rejects.toMatchObject({ code: "store.foreign" });
});

it("a database behind a symlink is refused", async () => {
  await using directory = await temporaryDirectory();
  await mkdir(directory.path);
  await symlink("/etc/hostname", join(directory.path, "store.db"));
  await expect(open(directory.path)).rejects.toMatchObject({ code: "store.not-a-file" });
});

it("a newer schema is refused in a clear sentence", async () => {
  await using directory = await temporaryDirectory();
  await (await open(directory.path))[Symbol.asyncDispose]();
  const database = new Sqlite(join(directory.path, "store.db"));
  database.pragma("user_version = 99");
  database.close();
  await expect(open(directory.path)).rejects.toMatchObject({
    code: "store.newer",
    message: textWith("was written by a newer Fresco (schema 99;"),
  });
});

it("another program's database and a damaged one are refused and left alone", async () => {
  await using directory = await temporaryDirectory();
  await mkdir(directory.path);
  const path = join(directory.path, "store.db");
  const other = new Sqlite(path);
  other.exec("CREATE TABLE theirs (x)");
  other.close();
  await expect(open(directory.path)).rejects.toMatchObject({ code: "store.not-fresco" });
  await writeFile(path, "not a database at all, but long enough to be taken for one by its header ".repeat(20));
  await expect(open(directory.path)).rejects.toMatchObject({ code: "store.damaged" });
});

it("processes that open a new store at the same moment get one and the same", async () => {
  await using directory = await temporaryDirectory();
  const children = Array.from({ length: 3 }, () =>
    fork(join(import.meta.dirname, "fixtures/first-open.ts"), [directory.path], { execArgv: ["--conditions=fresco-source"] }),
  );
  await Promise.all(children.map((child) => once(child, "message")));
  const opened = children.map((child) => Promise.race([once(child, "message"), once(child, "exit").then(() => ["exited"])]));
  for (const child of children) child.send("open");
  const seals = await Promise.all(opened);
  await Promise.all(children.map((child) => (child.kill("SIGKILL"), once(child, "exit"))));
  expect(seals[0]?.[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(new Set(seals.map(([seal]: unknown[]) => seal)).size).toBe(1);
});

it("a full disk is an error with a code, and the store goes on once there is room", async (t) => {
  t.skip(!isRoot || process.platform !== "linux", "mounting a small file system needs root on Linux");
  await using directory = await temporaryDirectory();
  await mkdir(directory.path);
  await run("mount", ["-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", directory.path]);
  try {
    await using store = await open(directory.path);
    const fill = async (): Promise<void> => {
      for (let i = 0; i < 100; i += 1) await store.pipelines.put(`k${i}`, "x".repeat(100_000));
    };
    await expect(fill()).rejects.toMatchObject({ code: "store.full", hint: textWith("FRESCO_HOME") });
    await run("mount", ["-o", "remount,size=64m", directory.path]);
    await fill();
    expect(await store.pipelines.get("k99")).toHaveLength(100_000);
  } finally {
    await run("umount", [directory.path]);
  }
});

it("a read-only file system is an error with a code", async (t) => {
  t.skip(!isRoot || process.platform !== "linux", "mounting a file system needs root on Linux");
  await using directory = await temporaryDirectory();
  await mkdir(directory.path);
  await run("mount", ["-t", "tmpfs", "-o", "ro,mode=0700", "tmpfs", directory.path]);
  try {
    await expect(open(directory.path)).rejects.toMatchObject({ code: textLike(/^store\.(read-only|no-directory)$/) });
  } finally {
    await run("umount", [directory.path]);
  }
});

function open(directory: string): Promise<SqliteStore> {
  return SqliteStore.open({ directory, clock: steppingClock() });
}

async function mode(path: string): Promise<number> {
  return (await lstat(path)).mode & 0o777;
}
