import { spawnSync } from "node:child_process";
import { describeMoment, killAndLook, mainRun, type Moment, runAndLook } from "./kills.ts";
import { ForeignRun } from "./foreign-run.ts";
import { randomFrom } from "./random.ts";
import { Reports } from "./reports.ts";
import { Scene } from "./scene.ts";
import type { Series, SeriesOptions } from "./series.ts";

/** After so many kills a run is left to end, and its results are compared. */
const RUN_EVERY = 5;

/** What makes the difference on the disk, and how many calls of it a run has at most, roughly. */
const CALLS: readonly { readonly calls: string; readonly most: number; readonly deep: boolean }[] = [
  { calls: "pwrite64", most: 150, deep: false },
  { calls: "fdatasync,fsync", most: 12, deep: false },
  { calls: "mkdir,mkdirat", most: 60, deep: false },
  { calls: "unlink,unlinkat,rmdir", most: 30, deep: true },
  { calls: "rename,renameat,renameat2", most: 40, deep: true },
  { calls: "openat", most: 300, deep: true },
  { calls: "clone,clone3,vfork", most: 20, deep: false },
  { calls: "write,writev", most: 60, deep: true },
];

/** Kills a run of `main` again and again, half of the time at a random moment and half at a random system call. */
export async function killSeries({ command, times, seed, sandbox, tell }: SeriesOptions): Promise<Series> {
  const random = randomFrom(seed);
  const traced = spawnSync("strace", ["-V"]).status === 0;
  using scene = new Scene({ command, sandbox });
  using foreign = await ForeignRun.start({ command, sandbox });
  const reports = new Reports(tell);
  // The first ones hit the first bring-up of the store.
  let duration = sandbox === "docker" ? 2_500 : 600;
  let hits = 0;
  for (let round = 0; round < times; round += 1) {
    const moment = round % 2 === 0 || !traced ? timeOf(random(), duration) : callOf(random(), random());
    const killed = await killAndLook(scene, mainRun(String(round), sandbox), moment);
    if (killed.died) hits += 1;
    reports.add(`kill ${round} ${describeMoment(moment)}${killed.died ? "" : " (too late)"}`, killed.wrong);
    if (round % RUN_EVERY !== RUN_EVERY - 1) continue;
    const since = performance.now();
    reports.add(`the run after kill ${round}`, await runAndLook(scene, String(round), sandbox));
    duration = Math.max(duration, (performance.now() - since) * 0.9);
  }
  reports.add("the last run", await runAndLook(scene, String(times), sandbox));
  reports.add("a run of somebody else's, alive all the time", await foreign.end());
  return { hits, wrong: reports.wrong };
}

function timeOf(share: number, duration: number): Moment {
  return { type: "time", after: share * duration };
}

function callOf(which: number, share: number): Moment {
  const { calls, most, deep } = CALLS[Math.floor(which * CALLS.length)] ?? { calls: "pwrite64", most: 100, deep: false };
  return { type: "call", calls, nth: 1 + Math.floor(share * most), deep };
}
