import { setTimeout as delay } from "node:timers/promises";
import { leftovers } from "./leftovers.ts";
import { readRows } from "./rows.ts";
import type { Ended, Scene } from "./scene.ts";
import { until } from "./waiting.ts";

/** How two runs at once behave when something happens to the first, each by its name; what is wrong, each in one line. */
export const SHARINGS = {
  "the second takes over from a killed holder": async (scene: Scene, sandbox: string) => {
    const { first, second } = await waiting(scene, sandbox);
    first.child.kill("SIGKILL");
    const end = await second.ended;
    return [...wrong(end, "passed"), ...(await leftAfterNext(scene))];
  },
  "the second waits for a stopped holder": async (scene: Scene, sandbox: string) => {
    const { first, second } = await waiting(scene, sandbox);
    first.child.kill("SIGSTOP");
    const told = await scene.run(["runs"]);
    await Promise.race([second.ended, delay(3000)]);
    const early = second.child.exitCode !== null ? ["the second did not wait"] : [];
    first.child.kill("SIGCONT");
    const ends = [await first.ended, await second.ended];
    const dead = told.stdout.includes("crashed") ? [`a stopped run is shown as crashed: ${told.stdout}`] : [];
    return [...early, ...dead, ...wrong(ends[0], "passed"), ...(sandbox === "host" ? [] : wrong(ends[1], "cached")), ...leftovers(scene)];
  },
  "what a killed run left cannot reach the next one's workspace": async (scene: Scene, sandbox: string) => {
    const first = scene.start(["run", "intruder", "--sandbox", sandbox]);
    await until("the intruder is ready", () => first.stdout().includes("ready"));
    const second = scene.start(["run", "looker", "--sandbox", sandbox, "--logs", "stream"]);
    if (sandbox === "host") await until("the second waits", () => second.stderr().includes("waiting for"));
    first.child.kill("SIGKILL");
    const end = await second.ended;
    const seen = end.stdout.includes("intruder") || !end.stdout.includes("marker.txt") ? [`the second saw ${end.stdout}`] : [];
    return [...(end.code === 0 ? [] : [`the second ended with ${end.code}: ${end.stderr}`]), ...seen, ...(await leftAfterNext(scene))];
  },
} satisfies Record<string, (scene: Scene, sandbox: string) => Promise<readonly string[]>>;

/** What is left once the next command has shown the first run for what it is. */
async function leftAfterNext(scene: Scene): Promise<readonly string[]> {
  const { stdout } = await scene.run(["runs"]);
  return [...(stdout.includes("crashed") ? [] : [`fresco runs shows no crashed run: ${stdout}`]), ...leftovers(scene)];
}

let rounds = 0;

async function waiting(scene: Scene, sandbox: string) {
  rounds += 1;
  const args = ["run", "slow", "--sandbox", sandbox, "--format", "json", "-e", `ROUND=share-${rounds}`];
  const first = scene.start(args);
  await until("the first holds its claim", () => (readRows(scene.state)?.claims.length ?? 0) > 0 && first.stdout().includes("job.started"));
  const second = scene.start(args);
  await until("the second waits", () => /(cache|workspace)\.waiting/.test(second.stdout()));
  return { first, second };
}

function wrong(end: Ended | undefined, status: string): readonly string[] {
  if (end?.code !== 0) return [`a run ended with ${end?.code ?? end?.signal}: ${end?.stderr}`];
  return end.stdout.includes(`"status":"${status}"`) ? [] : [`the step is not ${status}: ${end.stdout}`];
}
