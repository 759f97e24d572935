import { leftovers } from "./leftovers.ts";
import { processesOf, signal } from "./machine.ts";
import type { Ended, Going, Scene } from "./scene.ts";
import { until } from "./waiting.ts";

/** What may happen to a run of steps that ignore TERM and detach processes. */
export const STOPPINGS = {
  "one Ctrl-C ends it after its grace": async ({ child, ended }: Going) => {
    child.kill("SIGINT");
    return wrongEnd(await ended, 130);
  },
  "a second Ctrl-C ends it at once": async ({ child, ended, stderr }: Going) => {
    child.kill("SIGINT");
    await until("it says that it is stopping", () => stderr() !== "");
    child.kill("SIGINT");
    return wrongEnd(await ended, 130);
  },
  "a hang-up ends it": async ({ child, ended }: Going) => {
    child.kill("SIGHUP");
    return wrongEnd(await ended, 129);
  },
  "its own processes are killed": async ({ ended, pid }: Going, scene: Scene) => {
    for (const each of processesOf([`CRASH_MARK=${scene.mark}`]).filter((found) => found.pid !== pid)) signal(each.pid, "SIGKILL");
    return wrongEnd(await ended, 1);
  },
  "the command is killed": async ({ child, ended }: Going, scene: Scene) => {
    child.kill("SIGKILL");
    await ended;
    const { stdout } = await scene.run(["runs"]);
    return stdout.includes("crashed") ? [] : [`fresco runs says ${stdout}`];
  },
} satisfies Record<string, (going: Going, scene: Scene) => Promise<readonly string[]>>;

export type Stopping = keyof typeof STOPPINGS;

/** Starts a run of stubborn steps, lets this happen to it, and says what is wrong with its end and what is left. */
export async function stopAndLook(scene: Scene, stopping: Stopping, sandbox: string): Promise<readonly string[]> {
  const going = scene.start(["run", "stubborn", "--sandbox", sandbox]);
  await until("the step is ready", () => going.stdout().includes("ready"));
  const wrong = await STOPPINGS[stopping](going, scene);
  return [...wrong, ...leftovers(scene)];
}

function wrongEnd({ code, signal: by, stderr }: Ended, expected: number): readonly string[] {
  return code === expected ? [] : [`it ended with ${code ?? by} instead of ${expected}: ${stderr}`];
}
