import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Rig } from "@fresco/ports-testing/contracts";
import { expect, it } from "vitest";
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
