import { setTimeout as delay } from "node:timers/promises";
import { leftovers } from "./leftovers.ts";
import { damagedEntries, wrongResults } from "./results.ts";
import { readRows } from "./rows.ts";
import type { Going, Scene } from "./scene.ts";

/** Where a command is killed. */
export type Moment =
  /** So many milliseconds after its start. */
  | { readonly type: "time"; readonly after: number }
  /** At the nth call of these by a thread of the command's process, or of anything that it starts when `deep`. */
  | { readonly type: "call"; readonly calls: string; readonly nth: number; readonly deep: boolean };

export interface Killed {
  readonly moment: Moment;
  /** Did it die of it? A late moment finds it ended. */
  readonly died: boolean;
  /** What the next commands found wrong. */
  readonly wrong: readonly string[];
}

export function describeMoment(moment: Moment): string {
  return moment.type === "time"
    ? `after ${Math.round(moment.after)} ms`
    : `at call ${moment.nth} of ${moment.calls}${moment.deep ? " of any process" : ""}`;
}

/** Arguments for a run of `main` in which nothing is cached under this round yet. */
export function mainRun(round: string, sandbox: string): readonly string[] {
  return ["run", "main", "--format", "json", "-e", `ROUND=${round}`, "--sandbox", sandbox];
}

/** Starts a command and kills it at a moment; then looks at what the next command makes of it, and at the run after that. */
export async function killAndLook(scene: Scene, args: readonly string[], moment: Moment): Promise<Killed> {
  const before = new Set(readRows(scene.state)?.runs.map(({ id }) => id));
  const going = startFor(scene, args, moment);
  if (moment.type === "time") {
    await Promise.race([delay(moment.after), going.ended]);
    going.child.kill("SIGKILL");
  }
  const ended = await going.ended;
  const died = ended.signal === "SIGKILL";
  const wrong = await lookAfter(scene, before, died);
  return { moment, died, wrong };
}

function startFor(scene: Scene, args: readonly string[], moment: Moment): Going {
  if (moment.type === "time") return scene.start(args);
  const { calls, nth, deep } = moment;
  return scene.start(args, [
    "strace",
    ...(deep ? ["-f"] : []),
    "-qqq",
    "-o",
    "/dev/null",
    "-e",
    `trace=${calls}`,
    "-e",
    `inject=${calls}:signal=KILL:when=${nth}`,
  ]);
}

/** What is wrong after the next command: runs that it does not show as what they are, and whatever is left. */
export async function lookAfter(scene: Scene, before: ReadonlySet<string>, died: boolean): Promise<readonly string[]> {
  const next = await scene.run(["runs"]);
  if (next.code !== 0) return [`fresco runs ended with ${next.code ?? next.signal}: ${next.stderr}`];
  const started = readRows(scene.state)?.runs.filter(({ id }) => !before.has(id)) ?? [];
  const untold = started.filter(({ id, status }) => !next.stdout.split("\n").some((line) => line.includes(id) && line.includes(status)));
  const open = started.filter(({ status }) => died && !["crashed", "passed"].includes(status));
  return [
    ...untold.map(({ id, status }) => `fresco runs does not show ${id} as ${status}`),
    ...open.map(({ id, status }) => `the killed run ${id} is ${status}`),
    ...leftovers(scene),
    ...(await damagedEntries(scene)),
  ];
}

/** What is wrong with a whole run of `main`, and with what it leaves. */
export async function runAndLook(scene: Scene, round: string, sandbox: string): Promise<readonly string[]> {
  const ended = await scene.run(mainRun(round, sandbox));
  return [...wrongResults(ended, round, scene.files), ...leftovers(scene), ...(await damagedEntries(scene))];
}
