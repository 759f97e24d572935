import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import type { LogRecord } from "@fresco/ports";
import { FileLogs } from "../src/index.ts";
import { clock, temporaryLogs } from "./directory.ts";

it("the directory is 0700, the files are 0600, and the raw file is the output itself", async () => {
  await using subject = await temporaryLogs();
  const { logs, directory } = subject;
  const log = await logs.create("run-0-1");
  await log.write("stdout", Buffer.from("hello\n"));
  await log.close();
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  for (const name of await readdir(directory)) expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(directory, "run-0-1.log"), "utf8")).toBe("hello\n");
});

it("an id that could name another file is refused", async () => {
  await using subject = await temporaryLogs();
  for (const id of ["", ".", "..", "../x", "a/b", "/etc/passwd", "a\0b", ".hidden", "-rf", "x".repeat(300)]) {
    await expect(subject.logs.create(id), id).rejects.toThrow(TypeError);
  }
});

it("many small writes share their place in the index", async () => {
  await using subject = await temporaryLogs();
  const { logs, directory } = subject;
  const log = await logs.create("a");
  for (let i = 0; i < 100_000; i += 1) await log.write("stdout", Buffer.from("x\n"));
  await log.close();
  expect((await stat(join(directory, "a.index"))).size).toBeLessThan(10_000);
});

it("a writer that outruns the disk is told to wait, and what it wrote is all there", async () => {
  await using subject = await temporaryLogs();
  const log = await subject.logs.create("a");
  const chunk = Buffer.alloc(1024 * 1024, "x");
  let waits = 0;
  for (let i = 0; i < 20; i += 1) {
    const room = log.write("stdout", chunk);
    if (room !== undefined) waits += 1;
    await room;
  }
  await log.close();
  expect(waits).toBeGreaterThan(0);
  expect((await stat(join(subject.directory, "a.log"))).size).toBe(20 * chunk.length);
});

it("an index that was torn at any byte is read up to what is whole", async () => {
  await using subject = await temporaryLogs();
  const { logs, directory } = subject;
  let ts = 1_800_000_000_000;
  const stepping = new FileLogs({ directory, clock: { ...clock, now: () => (ts += 1_000) } });
  const log = await stepping.create("a");
  for (let i = 0; i < 5; i += 1) {
    await log.write("stdout", Buffer.from(`line ${i}\n`));
    log.status(`status ${i}`);
  }
  await log.close();
  const whole = await texts(logs, "a");
  const index = await readFile(join(directory, "a.index"));
  for (let length = 0; length < index.length; length += 1) {
    await writeFile(join(directory, "a.index"), index.subarray(0, length));
    const read = await texts(logs, "a");
    expect(read).toEqual(whole.slice(0, read.length));
  }
  await writeFile(join(directory, "a.index"), index);
  await truncate(join(directory, "a.log"), 9);
  expect(await texts(logs, "a")).toEqual(["line 0", "status 0"]);
});

it("what a killed writer had written is readable, its last words included", async () => {
  await using subject = await temporaryLogs();
  const child = fork(join(import.meta.dirname, "fixtures/writer.ts"), [subject.directory], { execArgv: ["--conditions=fresco-source"] });
  await once(child, "message");
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await texts(subject.logs, "a")).toEqual(["one", "two"]);
  expect(await texts(subject.logs, "a", true)).toEqual(["one", "two", "last words"]);
});

it("a full disk is told once by the writes and by closing, and what fits stays readable", async (t) => {
  t.skip(process.geteuid?.() !== 0 || process.platform !== "linux", "mounting a small file system needs root on Linux");
  await using subject = await temporaryLogs();
  const { directory } = subject;
  const run = promisify(execFile);
  await run("mount", ["-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", directory]);
  try {
    const logs = new FileLogs({ directory, clock });
    const log = await logs.create("a");
    const failures: unknown[] = [];
    for (let i = 0; i < 40; i += 1) {
      try {
        await log.write("stdout", Buffer.from(`${"x".repeat(65_535)}\n`));
        await log.flush();
      } catch (error) {
        failures.push(error);
        break;
      }
    }
    expect(failures).toMatchObject([{ code: "logs.full" }]);
    expect(log.write("stdout", Buffer.from("dropped\n"))).toBeUndefined();
    await expect(log.close({ durable: true })).rejects.toMatchObject({ code: "logs.full" });
    const lines = await texts(logs, "a");
    expect(lines.length).toBeGreaterThan(8);
    expect(lines.every((line) => line.length === 65_535)).toBe(true);
  } finally {
    await run("umount", [directory]);
  }
});

async function texts(logs: FileLogs, id: string, ended = false): Promise<string[]> {
  const records: LogRecord[] = [];
  for await (const record of logs.read(id, undefined, { ended })) records.push(record);
  return records.map(({ data }) => ("line" in data ? data.line : data.bytes));
}
