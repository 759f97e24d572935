import { spawnSync } from "node:child_process";
import { IMAGE } from "../../../packages/adapters/sandbox-docker/test/engine.ts";
import { leftovers } from "./leftovers.ts";
import { mainRun, runAndLook } from "./kills.ts";
import { OwnEngine } from "./own-engine.ts";
import { randomFrom } from "./random.ts";
import { Reports } from "./reports.ts";
import { damagedEntries } from "./results.ts";
import { Scene } from "./scene.ts";
import type { Series, SeriesOptions } from "./series.ts";
import { setTimeout as delay } from "node:timers/promises";

/** Restarts the Engine in the middle of runs: none of them may pass by what it cannot know, and the next run finds nothing left and is right. */
export async function restartSeries({ command, times, seed, tell }: SeriesOptions): Promise<Series> {
  const random = randomFrom(seed);
  const reports = new Reports(tell);
  await using engine = new OwnEngine();
  await engine.start();
  spawnSync("sh", ["-c", `docker save ${IMAGE} | docker -H "$1" load`, "sh", engine.address]);
  process.env["DOCKER_HOST"] = engine.address;
  let hits = 0;
  try {
    using scene = new Scene({ command, sandbox: "docker" });
    for (let round = 0; round < times; round += 1) {
      const after = 400 + random() * 1_500;
      const going = scene.start(mainRun(String(round), "auto"));
      await delay(after);
      const running = going.child.exitCode === null;
      if (running) hits += 1;
      await engine.stop();
      await engine.start();
      const { code, stderr } = await going.ended;
      // Steps without an image, and whole runs, may have ended in time.
      const wrong = code === 0 || code === 1 || code === 125 ? [] : [`the run ended with ${code}: ${stderr.slice(-400)}`];
      await scene.run(["runs"]);
      const what = `restart ${round} after ${Math.round(after)} ms${running ? "" : " (too late)"}`;
      reports.add(what, [...wrong, ...leftovers(scene), ...(await damagedEntries(scene))]);
      reports.add(`the run after restart ${round}`, await runAndLook(scene, String(round), "auto"));
    }
  } finally {
    delete process.env["DOCKER_HOST"];
  }
  return { hits, wrong: reports.wrong };
}
