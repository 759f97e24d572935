import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Rig } from "@fresco/ports-testing/contracts";
import { describe, expect, it } from "vitest";
import { openSandbox } from "./support.ts";

/** How often a system was mounted for steps that share this directory. */
function stagesIn(directory: string): number {
  return readdirSync(join(directory, "shared")).filter((name) => name.startsWith("stage-")).length;
}

it("steps that change nothing of the system follow each other over the same mounts", async () => {
  await using subject = await openSandbox();
  const rig = new Rig(subject);
  for (let step = 0; step < 3; step += 1) await rig.run("echo out; echo in the workspace > file; echo temporary > /tmp/file");
  expect(stagesIn(subject.directory)).toBe(1);
});

it("nothing that a step changed in the system is there for the next, even if it was undone", async () => {
  await using subject = await openSandbox();
  const rig = new Rig(subject);
  for (const change of ["echo left > /root/left", "touch /root/a; rm /root/a", "chmod 711 /root; chmod 700 /root"]) {
    await rig.run(change);
    const before = stagesIn(subject.directory);
    expect((await rig.run("ls -A /root")).stdout).toBe("");
    expect(stagesIn(subject.directory)).toBe(before + 1);
  }
});

/** How many cells were made for steps that share this directory, whether or not they got one. */
function cellsIn(directory: string): number {
  const shared = join(directory, "shared");
  const stages = readdirSync(shared).filter((name) => name.startsWith("stage-"));
  return stages.flatMap((stage) => readdirSync(join(shared, stage))).filter((name) => name.startsWith("cell-")).length;
}

describe("a step that others will follow", () => {
  it("has the next one's cell made ready while it runs, and the next one takes it", async () => {
    await using subject = await openSandbox();
    const rig = new Rig(subject);
    await rig.run("echo one > /tmp/mine", { followed: true });
    expect(cellsIn(subject.directory)).toBe(2);
    const second = await rig.run("ls -A /tmp; hostname; cat .seen", { followed: false, files: { ".seen": "its own workspace" } });
    expect(cellsIn(subject.directory)).toBe(2);
    expect(second.stdout).toBe("fresco\nits own workspace");
  });

  it("takes that cell with it when it changes the system", async () => {
    await using subject = await openSandbox();
    const rig = new Rig(subject);
    await rig.run("echo left > /root/left", { followed: true });
    expect((await rig.run("ls -A /root")).stdout).toBe("");
  });

  it("leaves no process behind when no other comes", async () => {
    await using subject = await openSandbox();
    await new Rig(subject).run("true", { followed: true });
    await subject.sandbox.discard([join(subject.directory, "shared")]);
    const naming = (): boolean =>
      readdirSync("/proc").some((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, "latin1").includes(subject.directory);
        } catch {
          return false;
        }
      });
    const until = performance.now() + 5_000;
    while (naming() && performance.now() < until) await delay(5);
    expect(naming()).toBe(false);
  });

  it("is told of a workspace that cannot be mounted, and what was waiting ends", async () => {
    await using subject = await openSandbox();
    const rig = new Rig(subject);
    await rig.run("true", { followed: true });
    const broken = { type: "directory", path: join(subject.directory, "nowhere") } as const;
    const { exit } = await rig.run("true", { workspace: broken });
    expect(exit).toMatchObject({ type: "unstarted", code: "sandbox.setup" });
  });
});
