import { expect } from "vitest";
import type { Rig } from "./rig.ts";

/** For sandboxes that can keep a step off the network. */
export const networkCases = {
  "a step without network has no way out": async (rig: Rig) => {
    const { stdout } = await rig.run("cut -d: -f1 /proc/net/dev | grep -c lo; sed 1d /proc/net/route", { network: "none" });
    expect(stdout).toBe("1\n");
  },
};

/** For sandboxes in which a step can be another user. */
export const userCases = {
  "a step of another user writes to its workspace and to its output, and not to the system": async (rig: Rig) => {
    const command =
      "echo x > mine; ls -ln mine | tr -s ' ' | cut -d' ' -f3,4; touch /etc/fresco-contract 2>/dev/null || echo denied >/dev/stdout";
    const { stdout, stderr } = await rig.run(command, { user: "4711:4712" });
    expect([stdout, stderr]).toEqual(["4711 4712\ndenied\n", ""]);
  },

  "the step after one of another user is its own again": async (rig: Rig) => {
    await rig.run("true", { user: "4711:4712" });
    expect((await rig.run("touch mine; ls -ln mine | tr -s ' ' | cut -d' ' -f3,4")).stdout).toBe("0 0\n");
  },

  "a user that the system does not have is an error": async (rig: Rig) => {
    await expect(rig.run("true", { user: "nobody-has-this-name" }).then(({ exit }) => expect(exit.type).toBe("exited"))).rejects.toThrow();
  },
};
