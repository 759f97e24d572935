import { spawn } from "node:child_process";
import { fstatSync, readdirSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FifoPipes } from "../src/index.ts";

async function scratch(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "fresco-pipes-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

describe("FifoPipes", () => {
  it("hands out pipes that have no name any more, also to many at once", async () => {
    await using directory = await scratch();
    const pipes = new FifoPipes();
    const opened = await Promise.all(Array.from({ length: 20 }, () => pipes.open(directory.path)));
    expect(opened.every((pipe) => fstatSync(pipe.writeEnd).isFIFO())).toBe(true);
    expect(await readdir(directory.path)).toEqual([]);
    for (const pipe of opened) pipe.discard();
  });

  it("delivers what a child writes, and ends when the child's last copy of the write end is closed", async () => {
    await using directory = await scratch();
    const pipe = await new FifoPipes().open(directory.path);
    spawn("sh", ["-c", "echo one >/dev/stdout; (sleep 0.05; echo two) &"], { stdio: ["ignore", pipe.writeEnd, "ignore"] });
    let text = "";
    await pipe.drain((chunk) => void (text += Buffer.from(chunk).toString()));
    expect(text).toBe("one\ntwo\n");
  });

  it("tells whoever drains what delivering failed with", async () => {
    await using directory = await scratch();
    const pipe = await new FifoPipes().open(directory.path);
    spawn("sh", ["-c", "echo one"], { stdio: ["ignore", pipe.writeEnd, "ignore"] });
    await expect(pipe.drain(() => Promise.reject(new Error("full")))).rejects.toThrow("full");
  });

  it("stops draining when the pipe is given up although somebody still has its write end", async () => {
    await using directory = await scratch();
    const pipe = await new FifoPipes().open(directory.path);
    const child = spawn("sleep", ["1000"], { stdio: ["ignore", pipe.writeEnd, "ignore"] });
    const drained = pipe.drain(() => undefined);
    pipe.discard();
    await drained;
    child.kill("SIGKILL");
  });

  it.runIf(process.platform === "linux")("leaves no descriptor open of pipes that nobody used", async () => {
    await using directory = await scratch();
    const pipes = new FifoPipes();
    // Pipes are made by the batch: a first one opens what the others need.
    for (let round = 0; round < 4; round += 1) (await pipes.open(directory.path)).discard();
    const before = readdirSync("/proc/self/fd").length;
    for (let round = 0; round < 40; round += 1) (await pipes.open(directory.path)).discard();
    expect(readdirSync("/proc/self/fd").length).toBe(before);
  });

  it("says which directory holds no pipes", async () => {
    const opened = new FifoPipes().open("/no/such/directory");
    await expect(opened).rejects.toMatchObject({ code: "pipes.unavailable" });
    await expect(opened).rejects.toThrow("/no/such/directory");
  });
});
