import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { killSeries } from "../../../tools/crash/src/kill-series.ts";
import { powerSeries } from "../../../tools/crash/src/power-series.ts";
import { Scene } from "../../../tools/crash/src/scene.ts";
import { STOPPINGS, stopAndLook } from "../../../tools/crash/src/stopping.ts";
import { SHARINGS } from "../../../tools/crash/src/sharing.ts";
import { keysOf } from "../../../tools/crash/src/scenes.ts";
import { DOCKER } from "./places.ts";
import { Volume } from "../../../tools/crash/src/volume.ts";

const command = fileURLToPath(new URL("../bin/fresco.js", import.meta.url));

// A small dose with a fixed seed; `tools/crash/run.ts` gives the large one.
describe("Nothing is lost and nothing is left", () => {
  it("when the command is killed, wherever that is", { timeout: 180_000 }, async () => {
    const { wrong, hits } = await killSeries({ command, times: 12, seed: 7, sandbox: "linux" });
    expect(wrong).toEqual([]);
    expect(hits).toBeGreaterThan(6);
  });

  it("when the command is killed while its steps run in containers", { timeout: 180_000 }, async (t) => {
    t.skip(DOCKER.missing !== undefined, DOCKER.missing);
    expect((await killSeries({ command, times: 5, seed: 7, sandbox: "docker" })).wrong).toEqual([]);
  });

  it("when the power is cut", { timeout: 120_000 }, async (t) => {
    const refused = Volume.refused();
    t.skip(refused !== undefined, refused);
    expect((await powerSeries({ command, times: 4, seed: 7, sandbox: "linux", type: "ext4" })).wrong).toEqual([]);
  });

  describe.each(["linux", "host"])("in the sandbox %s", (sandbox) => {
    it.each(keysOf(STOPPINGS))("when a run of stubborn steps goes on and %s", async (name) => {
      using scene = new Scene({ command });
      expect(await stopAndLook(scene, name, sandbox)).toEqual([]);
    });

    it.each(keysOf(SHARINGS))("when there are two runs: %s", async (name) => {
      using scene = new Scene({ command });
      expect(await SHARINGS[name](scene, sandbox)).toEqual([]);
    });
  });
});
