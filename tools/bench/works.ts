import { appendFileSync } from "node:fs";
import path from "node:path";
import { pipeline, type Step, sh, toIR } from "@fresco/pipeline";
import { start } from "@fresco/planner";
import { BENCH_IMAGE, buildKit, buildKitMissing, chained, forked } from "./peers/buildkit.ts";
import { turborepo } from "./peers/turborepo.ts";
import { fresco, median, medianOf, run, type Taken } from "./processes.ts";
import { chain, forks, makeProject, manyFiles, printing, views } from "./projects.ts";
import type { Figure } from "./table.ts";

const RUNS = 5;
const STEPS = 20;

/** Each work gets a directory of its own and gives its figures, all measured in this run. */
export const WORKS: Readonly<Record<string, (directory: string) => Promise<readonly Figure[]>>> = {
  chain: async (directory) => {
    const cwd = makeProject(path.join(directory, "project"), chain(STEPS));
    const home = (round: number): Record<string, string> => ({ FRESCO_HOME: path.join(directory, `home-${round}`) });
    const node = await bareNode(cwd);
    const shell = await medianOf(RUNS, async () => STEPS * (await run("/bin/sh", ["-e", "-c", "echo 1 > out"], { cwd: directory })).ms);
    const first = await medianOf(RUNS, async (round) => (await run(fresco, ["run"], { cwd, env: home(round) })).ms);
    const cold = await medianOf(RUNS, async () => (await run(fresco, ["run", "--no-cache"], { cwd, env: home(0) })).ms);
    const warm = await medianOf(RUNS, async () => (await run(fresco, ["run"], { cwd, env: home(0) })).ms);
    const missing = buildKitMissing(directory);
    const built = async (options: Parameters<typeof buildKit>[2]): Promise<string> =>
      `${(await buildKit(directory, chained(STEPS), options)).toFixed(0)} ms`;
    const coldPeer = missing ?? `BuildKit ${await built({})}, without network ${await built({ network: "none" })}`;
    const turbo = await turborepo(directory, STEPS);
    const warmPeers = [
      missing ?? `BuildKit ${await built({ cached: true })}`,
      typeof turbo === "string" ? turbo : `Turborepo ${turbo.toFixed(0)} ms`,
    ];
    return [
      {
        work: `${STEPS} chained steps, first run of a home`,
        ours: (first - shell) / STEPS,
        unit: "ms/step",
        floor: `${(shell / STEPS).toFixed(1)} ms the command`,
        peer: `in all ${first.toFixed(0)} ms`,
        target: 15,
        stretch: 10,
      },
      {
        work: `${STEPS} chained steps, cold`,
        ours: (cold - shell) / STEPS,
        unit: "ms/step",
        floor: `${(shell / STEPS).toFixed(1)} ms the command`,
        peer: `in all ${cold.toFixed(0)} ms; ${coldPeer}`,
        target: 15,
        stretch: 10,
      },
      {
        work: "the same, warm, less node -e 0",
        ours: warm - node,
        unit: "ms",
        floor: `${node.toFixed(0)} ms node -e 0`,
        peer: `in all ${warm.toFixed(0)} ms; ${warmPeers.join(", ")}`,
        target: 90,
        stretch: 60,
      },
    ];
  },

  forks: async (directory) => {
    const cwd = makeProject(path.join(directory, "project"), forks(STEPS));
    const shell = await medianOf(RUNS, async () => (await run("/bin/sh", ["-e", "-c", "echo 1 > out"], { cwd: directory })).ms);
    const env = (round: number): Record<string, string> => ({ FRESCO_HOME: path.join(directory, `home-${round}`) });
    const cold = await medianOf(RUNS, async (round) => (await run(fresco, ["run"], { cwd, env: env(round) })).ms);
    const floor = `${shell.toFixed(1)} ms a command`;
    const missing = buildKitMissing(directory);
    if (missing !== undefined) return [{ work: `${STEPS} forked steps, cold`, ours: cold, unit: "ms", floor, peer: missing }];
    const peer = await buildKit(directory, forked(STEPS), {});
    const bare = await buildKit(directory, forked(STEPS), { network: "none" });
    const told = `BuildKit ${peer.toFixed(0)} ms, without network ${bare.toFixed(0)}; ours ${cold.toFixed(0)}`;
    return [{ work: `${STEPS} forked steps, cold`, ours: cold / peer, unit: "×", floor, peer: told, target: 0.25, stretch: 0.15 }];
  },

  docker: async (directory) => {
    const missing = buildKitMissing(directory);
    if (missing !== undefined) return [];
    const figures: Figure[] = [];
    for (const [what, pipelineOf, dockerfile, target, stretch] of [
      ["chained", chain, chained, 0.6, 0.4],
      ["forked", forks, forked, 1.1, 0.8],
    ] as const) {
      const cwd = makeProject(path.join(directory, what), pipelineOf(STEPS, BENCH_IMAGE));
      const env = { FRESCO_HOME: path.join(directory, `home-${what}`) };
      await run(fresco, ["run"], { cwd, env });
      const cold = await medianOf(RUNS, async () => (await run(fresco, ["run", "--no-cache"], { cwd, env })).ms);
      const warm = await medianOf(RUNS, async () => (await run(fresco, ["run"], { cwd, env })).ms);
      const peers = {
        cold: await buildKit(directory, dockerfile(STEPS), {}),
        bare: await buildKit(directory, dockerfile(STEPS), { network: "none" }),
        warm: await buildKit(directory, dockerfile(STEPS), { cached: true }),
      };
      const floor = `${await bareContainer(directory)} ms docker run`;
      const said = `BuildKit ${peers.cold.toFixed(0)} ms, without network ${peers.bare.toFixed(0)}; ours ${cold.toFixed(0)}`;
      figures.push({
        work: `${STEPS} ${what} steps in Docker, cold`,
        ours: cold / peers.cold,
        unit: "×",
        floor,
        peer: said,
        target,
        stretch,
      });
      if (what !== "chained") continue;
      const told = `BuildKit ${peers.warm.toFixed(0)} ms; ours ${warm.toFixed(0)}`;
      figures.push({ work: "the same, warm", ours: warm / peers.warm, unit: "×", floor: "", peer: told, target: 1.5, stretch: 1.2 });
    }
    return figures;
  },

  files: async (directory) => {
    const cwd = makeProject(path.join(directory, "project"), views, manyFiles(50_000));
    const env = { FRESCO_HOME: path.join(directory, "home") };
    const node = await bareNode(cwd);
    const edit = (): void => appendFileSync(path.join(cwd, "d999/f49"), "edited\n");
    const ours = async (name: string): Promise<number> => {
      await run(fresco, ["run", name], { cwd, env });
      return medianOf(RUNS, async () => {
        edit();
        return (await run(fresco, ["run", name], { cwd, env })).ms - node;
      });
    };
    const hits = await ours("hits");
    const one = await ours("one");
    const status = await medianOf(RUNS, async () => {
      edit();
      await run("git", ["status", "--porcelain"], { cwd });
      return (await run("git", ["status", "--porcelain"], { cwd })).ms;
    });
    const floor = `${status.toFixed(0)} ms second git status`;
    return [
      { work: "50,000 files, one edit that no view covers, all hits", ours: hits / status, unit: "×", floor, target: 1.5, stretch: 1.2 },
      { work: "the same with one executing step", ours: one / status, unit: "×", floor, target: 2, stretch: 1.5 },
    ];
  },

  wide: (directory) => output(directory, "1 GB in 100-byte lines", 1_000_000_000, 100, { target: 100, stretch: 300 }),
  narrow: (directory) => output(directory, "64 MB in 2-byte lines", 64_000_000, 2, { target: 20, stretch: 50 }),

  plan: async () => {
    const figures: Figure[] = [];
    for (const [steps, target] of [
      [10_000, 50],
      [100_000, 500],
    ] as const) {
      const ir = toIR(pipeline("ci", [lineOf(steps)]));
      const ours = await medianOf(RUNS, async () => timeOf(() => start(ir, { parallel: 4 })));
      const floor = await medianOf(RUNS, async () => timeOf(() => new Map(ir.steps.map((step) => [step.id, step]))));
      figures.push({ work: `${steps} steps planned`, ours, unit: "ms", floor: `${floor.toFixed(1)} ms a map of them`, target });
    }
    return figures;
  },
};

/** One container with a network of its own, whole client. */
async function bareContainer(cwd: string): Promise<string> {
  return (await medianOf(RUNS, async () => (await run("docker", ["run", "--rm", BENCH_IMAGE, "/bin/true"], { cwd })).ms)).toFixed(0);
}

async function bareNode(cwd: string): Promise<number> {
  return medianOf(RUNS, async () => (await run(process.execPath, ["-e", "0"], { cwd })).ms);
}

async function output(
  directory: string,
  work: string,
  bytes: number,
  line: number,
  limits: Pick<Figure, "target" | "stretch">,
): Promise<readonly Figure[]> {
  const cwd = makeProject(path.join(directory, "project"), printing(bytes, line));
  const env = { FRESCO_HOME: path.join(directory, "home") };
  const rate = (ms: number): number => bytes / 1_000 / ms;
  const plain = `yes ${"x".repeat(line - 1)} | head -c ${bytes} > ../floor`;
  const floor = await medianOf(RUNS, async () => (await run("/bin/sh", ["-c", plain], { cwd })).ms);
  const figures: Figure[] = [];
  for (const mode of ["stream", "failed"]) {
    const taken: Taken[] = [];
    for (let round = 0; round < RUNS; round += 1) taken.push(await run(fresco, ["run", "--logs", mode], { cwd, env }));
    const what = `${work}, --logs ${mode}`;
    const against = `${rate(floor).toFixed(0)} MB/s into a plain file`;
    figures.push({ work: what, ours: rate(median(taken.map(({ ms }) => ms))), unit: "MB/s", floor: against, ...limits });
    if (line > 2) {
      figures.push({
        work: `${what}, resident`,
        ours: median(taken.map(({ residentMb }) => residentMb)),
        unit: "MB",
        floor: "",
        target: 200,
      });
    }
  }
  return figures;
}

function lineOf(steps: number): Step {
  let step = sh("true", { id: "s0" });
  for (let i = 1; i < steps; i += 1) step = step.sh("true", { id: `s${i}` });
  return step;
}

function timeOf(work: () => unknown): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}
