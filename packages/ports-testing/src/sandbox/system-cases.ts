import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { CapturedLayer } from "@fresco/ports";
import type { Rig } from "./rig.ts";

/** The base and what steps change in it. */
export const systemCases = {
  "the base is the same one twice": async (rig: Rig) => {
    const [first, second] = [await rig.sandbox.identify(rig.base, []), await rig.sandbox.identify(rig.base, [])];
    expect(first.identity).not.toBe("");
    expect(second).toEqual(first);
  },

  "a toolchain that is not there is named": async (rig: Rig) => {
    if (rig.capabilities.workspacePath === undefined) return;
    await expect(rig.sandbox.identify(rig.base, ["/no/such/toolchain"])).rejects.toThrow("/no/such/toolchain");
  },
};

/** For sandboxes whose steps may change the system. */
export const layeredCases = {
  "what a step changed in the system passes on as a layer, and the host keeps its own": async (rig: Rig) => {
    const { layer } = await rigCapture(
      rig,
      "echo one > /etc/fresco-contract; mkdir -p /usr/local/fresco-contract; echo two > /root/fresco-contract; echo three > /fresco-contract",
    );
    expect(existsSync("/etc/fresco-contract")).toBe(false);
    if (layer === undefined) throw new Error("nothing was captured");
    const command = "cat /etc/fresco-contract /root/fresco-contract /fresco-contract; ls -d /usr/local/fresco-contract";
    expect((await rig.run(command, { system: [layer] })).stdout).toBe("one\ntwo\nthree\n/usr/local/fresco-contract\n");
    expect((await rig.run("ls /etc/fresco-contract 2>/dev/null || echo none")).stdout).toBe("none\n");
  },

  "a later layer lies over an earlier one": async (rig: Rig) => {
    const first = (await rigCapture(rig, "echo first > /opt/fresco-a; echo first > /opt/fresco-b")).layer;
    if (first === undefined) throw new Error("nothing was captured");
    const second = (await rigCapture(rig, "echo second > /opt/fresco-b", [first])).layer;
    if (second === undefined) throw new Error("nothing was captured");
    expect((await rig.run("cat /opt/fresco-a /opt/fresco-b", { system: [first, second] })).stdout).toBe("first\nsecond\n");
  },

  "nothing of /tmp, /run, /dev or the workspace is in a layer": async (rig: Rig) => {
    const { layer } = await rigCapture(rig, "for place in /tmp /run /dev /dev/shm .; do echo x > $place/fresco-contract; done");
    expect(layer).toBeUndefined();
  },
};

/** For sandboxes whose steps see a system that they cannot change. */
export const readOnlyCases = {
  "the system is read-only, and HOME is a fresh one in every step": async (rig: Rig) => {
    const { stdout } = await rig.run(
      'touch /usr/fresco-contract 2>/dev/null || echo "no /usr"; touch /etc/fresco-contract 2>/dev/null || echo "no /etc"; echo x > ~/made; ls ~',
    );
    expect(stdout).toBe("no /usr\nno /etc\nmade\n");
    expect((await rig.run("ls -A ~/made 2>/dev/null || echo none")).stdout).toBe("none\n");
  },

  "no layer is captured": async (rig: Rig) => {
    expect((await rigCapture(rig, "echo x > ~/made")).layer).toBeUndefined();
  },
};

async function rigCapture(
  rig: Rig,
  command: string,
  system: readonly CapturedLayer[] = [],
): Promise<{ readonly layer: CapturedLayer | undefined }> {
  const { step, ended } = await rig.start(command, { system });
  const { exit, stderr } = await ended;
  expect([exit, stderr]).toEqual([{ type: "exited", code: 0 }, ""]);
  const path = join(await rig.fresh("layer"), "made");
  const layer = await step.captureSystem({ id: path.slice(join(rig.directory, "/").length), path });
  await step.release();
  return { layer };
}
