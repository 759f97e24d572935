import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as delay } from "node:timers/promises";
import { Rig } from "@fresco/ports-testing/contracts";
import { describe, expect, it } from "vitest";
import { openSandbox } from "./support.ts";

const owner = fileURLToPath(new URL("owner.ts", import.meta.url));

/** Processes that name this text in their arguments. */
function processesNaming(text: string): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ");
        return line.includes(text) ? [line] : [];
      } catch {
        return [];
      }
    });
}

/** Waits until nothing names this text any more: a killed process takes an instant to go. */
async function goneWithin(ms: number, text: string): Promise<readonly string[]> {
  const until = performance.now() + ms;
  while (processesNaming(text).length > 0 && performance.now() < until) await delay(5);
  return processesNaming(text);
}

function mountsNaming(text: string): readonly string[] {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter((line) => line.includes(text));
}

/** An owner that is killed once it has printed `word` and then `after` milliseconds later. */
async function killOwner(directory: string, word: string, after: number): Promise<void> {
  const child = spawn(
    process.execPath,
    ["--conditions=fresco-source", owner, directory, `trap '' TERM; setsid sleep 1000 & sleep 1001; : ${directory}`],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  for await (const chunk of child.stdout) if (String(chunk).includes(word)) break;
  if (after > 0) await delay(after);
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

describe("the processes of a step", () => {
  it("die with their owner, kill -9 included, and leave no mount", async () => {
    await using subject = await openSandbox();
    await killOwner(subject.directory, "running", 0);
    expect(await goneWithin(5_000, subject.directory)).toEqual([]);
    expect(mountsNaming(subject.directory)).toEqual([]);
  });

  it("die with an owner that is killed at any moment of their start", async () => {
    await using subject = await openSandbox();
    for (let moment = 0; moment < 8; moment += 1) {
      const directory = mkdtempSync(join(tmpdir(), "fresco-moment-"));
      await killOwner(directory, "starting", moment * 2);
      expect(await goneWithin(5_000, directory)).toEqual([]);
      await subject.sandbox.discard([directory]);
    }
  });

  it("are collected when their parents have ended", async () => {
    await using subject = await openSandbox();
    const orphan = "(sh -c 'exec sleep 0.01' & echo $! > pid) ; pid=$(cat pid)";
    const { exit, stdout } = await new Rig(subject).run(`${orphan}; while [ -e /proc/$pid ]; do :; done; echo collected`);
    expect([exit, stdout]).toEqual([{ type: "exited", code: 0 }, "collected\n"]);
  });

  it("all get a signal, those in sessions of their own too", async () => {
    await using subject = await openSandbox();
    const rig = new Rig(subject);
    const child = `trap 'echo child >> said; exit' TERM; echo up > up; while :; do sleep 0.02; done`;
    const { step, ended, said } = await rig.start(
      `setsid sh -c "${child}" & trap 'wait; cat said; echo parent; exit 3' TERM; while [ ! -e up ]; do :; done; echo ready; wait`,
      { shell: ["/bin/sh"] },
    );
    await said("ready");
    step.signal("TERM");
    const { exit, stdout } = await ended;
    expect([exit, stdout]).toEqual([{ type: "exited", code: 3 }, "ready\nchild\nparent\n"]);
  });

  it("cannot end their pid 1", async () => {
    await using subject = await openSandbox();
    const { exit, stdout } = await new Rig(subject).run("kill -KILL 1 2>/dev/null; kill -TERM 1 2>/dev/null; echo still here", {
      shell: ["/bin/sh"],
    });
    expect([exit, stdout]).toEqual([{ type: "exited", code: 0 }, "still here\n"]);
  });

  it("leave no mount on the host while they run", async () => {
    await using subject = await openSandbox();
    const { step, ended, said } = await new Rig(subject).start("echo ready; exec sleep 1000");
    await said("ready");
    expect(mountsNaming(subject.directory)).toEqual([]);
    step.signal("KILL");
    await ended;
  });
});
