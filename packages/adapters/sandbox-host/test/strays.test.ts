import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Rig } from "@fresco/ports-testing/contracts";
import { FifoPipes, NodeProcesses } from "@fresco/process-node";
import { describe, expect, it } from "vitest";
import { HostSandbox } from "../src/index.ts";
import { MARKER, survivors } from "../src/survivors.ts";

async function open(): Promise<{ readonly sandbox: HostSandbox; readonly directory: string } & AsyncDisposable> {
  const directory = await mkdtemp(join(tmpdir(), "fresco-strays-"));
  const sandbox = new HostSandbox({ processes: new NodeProcesses(), pipes: new FifoPipes(), environment: { PATH: process.env["PATH"] } });
  return { sandbox, directory, [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
}

describe("a process that left its step's group", () => {
  it("ends with the step, found by its environment", async (t) => {
    t.skip(process.platform !== "linux", "there is no setsid(1) elsewhere");
    await using subject = await open();
    const { exit, step } = await new Rig(subject).run("setsid sleep 1000 & echo done");
    expect(exit).toEqual({ type: "exited", code: 0 });
    expect(await survivors(step.left.token, undefined)).toEqual([]);
  });

  it("is killed by whoever reclaims a step whose owner is gone", async () => {
    await using subject = await open();
    const stray = spawn("sleep", ["1000"], {
      detached: true,
      stdio: "ignore",
      env: { PATH: process.env["PATH"], [MARKER]: "left-behind" },
    });
    const ended = once(stray, "exit");
    await subject.sandbox.reclaim({ process: undefined, token: "left-behind" });
    expect((await ended)[1]).toBe("SIGKILL");
  });

  it("does not hold the step up when it hides and keeps the output open", async (t) => {
    t.skip(process.platform !== "linux", "there is no setsid(1) elsewhere");
    await using subject = await open();
    const { exit, stdout } = await new Rig(subject).run("env -i setsid sleep 3 & echo done");
    expect([exit, stdout]).toEqual([{ type: "exited", code: 0 }, "done\n"]);
  });
});

describe("a working directory", () => {
  it("that leads out of the workspace is refused", async () => {
    await using subject = await open();
    const rig = new Rig(subject);
    const workspace = await rig.workspace();
    await rig.run(`ln -s ${tmpdir()} out`, { workspace });
    const { exit } = await rig.run("true", { workspace, cwd: "out/side" });
    expect(exit).toMatchObject({ type: "unstarted", code: "sandbox.cwd" });
  });
});
