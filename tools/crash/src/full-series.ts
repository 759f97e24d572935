import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lookAfter, mainRun, runAndLook } from "./kills.ts";
import { randomFrom } from "./random.ts";
import { Reports } from "./reports.ts";
import { readRows } from "./rows.ts";
import { type Ended, Scene } from "./scene.ts";
import type { Series, SeriesOptions } from "./series.ts";
import { Volume } from "./volume.ts";

/** Bytes that a run of `main` can do with. */
const ENOUGH = 3 * 1024 * 1024;

/** Lets the disk under FRESCO_HOME fill up at some point of a run; looks at how that ends, frees the space, and looks at what is there then. */
export async function fullSeries({ command, times, seed, sandbox, tell }: SeriesOptions): Promise<Series> {
  const random = randomFrom(seed);
  using volume = Volume.make("ext4", 40);
  using scene = new Scene({ command, home: join(volume.path, "home") });
  const reports = new Reports(tell);
  const ballast = join(volume.path, "ballast");
  let hits = 0;
  for (let round = 0; round < times; round += 1) {
    const before = new Set(readRows(scene.state)?.runs.map(({ id }) => id));
    const room = Math.floor(random() * ENOUGH);
    fill(ballast, volume.path, room);
    const ended = await scene.run(mainRun(String(round), sandbox));
    if (ended.code !== 0) hits += 1;
    const where = `${round}: ${Math.floor(room / 1024)} KiB of room`;
    reports.add(where, wrongEnd(ended));
    rmSync(ballast);
    reports.add(`${where}, freed`, await lookAfter(scene, before, false));
    reports.add(`${where}, run again`, await runAndLook(scene, String(round), sandbox));
  }
  return { hits, wrong: reports.wrong };
}

function fill(ballast: string, path: string, room: number): void {
  // As root, also what is set aside for it.
  const { bfree, bsize } = statfsSync(path);
  try {
    writeFileSync(ballast, Buffer.alloc(Math.max(0, bfree * bsize - room)));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
}

/** It may pass, a step may fail, or the surroundings are broken: never a defect, and always with its reason. */
function wrongEnd({ code, signal, stdout, stderr }: Ended): readonly string[] {
  if (code === 0 || (code === 1 && /full|No space left/.test(stdout + stderr))) return [];
  return code === 125 && /error\[[a-z-]+\.[a-z-]+\]/.test(stderr) ? [] : [`it ended with ${code ?? signal}: ${stderr.slice(-700)}`];
}
