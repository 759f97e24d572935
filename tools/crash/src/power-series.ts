import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { lookAfter, mainRun, runAndLook } from "./kills.ts";
import { randomFrom } from "./random.ts";
import { Reports } from "./reports.ts";
import { readRows } from "./rows.ts";
import { Scene } from "./scene.ts";
import type { Series, SeriesOptions } from "./series.ts";
import { type FileSystem, Volume } from "./volume.ts";

/** A run that was left to end is cut off right after it, in so many of ten cases. */
const AFTER_THE_END = 3;

/** Cuts the power of the disk under FRESCO_HOME at random moments; each time looks at what is there afterwards, and runs again. */
export async function powerSeries({
  command,
  times,
  seed,
  sandbox,
  tell,
  type,
}: SeriesOptions & { readonly type: FileSystem }): Promise<Series> {
  const random = randomFrom(seed);
  using volume = Volume.make(type, 400);
  using scene = new Scene({ command, home: join(volume.path, "home") });
  const reports = new Reports(tell);
  let duration = 800;
  let hits = 0;
  for (let round = 0; round < times; round += 1) {
    const before = new Set(readRows(scene.state)?.runs.map(({ id }) => id));
    scene.edit(round);
    const since = performance.now();
    const going = scene.start(mainRun(String(round), sandbox));
    const late = random() * 10 < AFTER_THE_END;
    const after = random() * duration;
    await (late ? going.ended : Promise.race([delay(after), going.ended]));
    if (late) duration = performance.now() - since;
    volume.cut();
    going.child.kill("SIGKILL");
    const { signal } = await going.ended;
    if (signal === "SIGKILL") hits += 1;
    volume.restore();
    const where = `cut ${round} ${late ? "after the end" : `after ${Math.round(after)} ms`}`;
    reports.add(where, await lookAfter(scene, before, signal === "SIGKILL"));
    reports.add(`the run after ${where}`, await runAndLook(scene, String(round), sandbox));
  }
  return { hits, wrong: reports.wrong };
}
