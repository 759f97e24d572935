import { appendFileSync } from "node:fs";
import path from "node:path";
import { pipeline, type Step, sh, toIR } from "@fresco/pipeline";
import { start } from "@fresco/planner";
import { buildKit, chained, forked } from "./peers/buildkit.ts";
import type { Engine } from "./peers/engine.ts";
import type { Peer } from "./peers/peer.ts";
import { gitlabCiLocal } from "./peers/gitlab-ci-local.ts";
import { turborepo } from "./peers/turborepo.ts";
import { wireit } from "./peers/wireit.ts";
import { fresco, median, medianOf, run, type Taken } from "./processes.ts";
import { chain, forks, installations, makeProject, manyFiles, printing, views } from "./projects.ts";
import type { Figure } from "./table.ts";

const RUNS = 5;
const STEPS = 20;
const NOT_ASKED = "not asked for (--peers)";

export interface Peers {
  /** Or why there is none. */
  readonly engine: Engine | string;
  /** Whether tools may be installed from the npm registry. */
  readonly npm: boolean;
}

/** Each work gets a directory of its own and gives its figures, all measured in this run. */
export const WORKS: Readonly<Record<string, (directory: string, peers: Peers) => Promise<readonly Figure[]>>> = {
  chain: async (directory, { engine, npm }) => {
    const cwd = makeProject(path.join(directory, "project"), chain(STEPS));
    const home = (round: number): Record<string, string> => ({ FRESCO_HOME: path.join(directory, `home-${round}`) });
    const node = await bareNode(cwd);
    const shell = await medianOf(RUNS, async () => STEPS * (await run("/bin/sh", ["-e", "-c", "echo 1 > out"], { cwd: directory })).ms);
    const first = await medianOf(RUNS, async (round) => (await run(fresco, ["run"], { cwd, env: home(round) })).ms);
    const cold = await medianOf(RUNS, async () => (await run(fresco, ["run", "--no-cache"], { cwd, env: home(0) })).ms);
    const warm = await medianOf(RUNS, async () => (await run(fresco, ["run"], { cwd, env: home(0) })).ms);
    const built = (options?: Parameters<typeof buildKit>[3]): Promise<Peer> => buildKit(engine, directory, chained(STEPS), options);
    const coldPeers = [await built(), await built({ network: "none" })];
    const warmPeers = [await built({ cached: true }), ...(await npmPeers(directory, npm))];
    return [
      {
        work: `${STEPS} chained steps, first run of a home`,
        ours: (first - shell) / STEPS,
        unit: "ms/step",
        floor: `${(shell / STEPS).toFixed(1)} ms the command`,
        whole: first,
        target: 15,
        stretch: 10,
      },
      {
        work: `${STEPS} chained steps, cold`,
        ours: (cold - shell) / STEPS,
        unit: "ms/step",
        floor: `${(shell / STEPS).toFixed(1)} ms the command`,
        whole: cold,
        peers: coldPeers,
        target: 15,
        stretch: 10,
      },
      {
        work: "the same, warm, less node -e 0",
        ours: warm - node,
        unit: "ms",
        floor: `${node.toFixed(0)} ms node -e 0`,
        whole: warm,
        peers: warmPeers,
        target: 90,
        stretch: 60,
      },
    ];
  },

  forks: async (directory, { engine }) => {
    const cwd = makeProject(path.join(directory, "project"), forks(STEPS));
    const shell = await medianOf(RUNS, async () => (await run("/bin/sh", ["-e", "-c", "echo 1 > out"], { cwd: directory })).ms);
    const env = (round: number): Record<string, string> => ({ FRESCO_HOME: path.join(directory, `home-${round}`) });
    const cold = await medianOf(RUNS, async (round) => (await run(fresco, ["run"], { cwd, env: env(round) })).ms);
    const floor = `${shell.toFixed(1)} ms a command`;
    const peer = await buildKit(engine, directory, forked(STEPS));
    const bare = await buildKit(engine, directory, forked(STEPS), { network: "none" });
    return [{ work: `${STEPS} forked steps, cold`, floor, peers: [peer, bare], ...ratio(cold, peer, 0.25, 0.15) }];
  },

  docker: async (directory, { engine, npm }) => {
    if (typeof engine === "string") return [];
    const figures: Figure[] = [];
    for (const [what, pipelineOf, dockerfile, target, stretch] of [
      ["chained", chain, chained, 0.6, 0.4],
      ["forked", forks, forked, 1.1, 0.8],
    ] as const) {
      const cwd = makeProject(path.join(directory, what), pipelineOf(STEPS, engine.image));
      const env = { FRESCO_HOME: path.join(directory, `home-${what}`) };
      await run(fresco, ["run"], { cwd, env });
      const cold = await medianOf(RUNS, async () => (await run(fresco, ["run", "--no-cache"], { cwd, env })).ms);
      const warm = await medianOf(RUNS, async () => (await run(fresco, ["run"], { cwd, env })).ms);
      const built = (options?: Parameters<typeof buildKit>[3]): Promise<Peer> => buildKit(engine, directory, dockerfile(STEPS), options);
      const [peer, bare, cached] = [await built(), await built({ network: "none" }), await built({ cached: true })];
      const floor = `${await bareContainer(engine, directory)} ms docker run`;
      const work = `${STEPS} ${what} steps in Docker`;
      figures.push({ work: `${work}, cold`, floor, peers: [peer, bare], ...ratio(cold, peer, target, stretch) });
      if (what === "forked") continue;
      const installing = makeProject(path.join(directory, "installing"), installations(STEPS, engine.image));
      await run(fresco, ["run"], { cwd: installing, env });
      const committed = await medianOf(RUNS, async () => (await run(fresco, ["run", "--no-cache"], { cwd: installing, env })).ms);
      const gitlab = npm ? await gitlabCiLocal(engine, directory, STEPS) : { name: "gitlab-ci-local", missing: NOT_ASKED };
      figures.push(
        { work: `${work} that each change the system, cold`, floor, peers: [peer], ...ratio(committed, peer, target, stretch) },
        { work: `${work}, cold, beside gitlab-ci-local`, floor, peers: [gitlab], ...ratio(cold, gitlab, 0.2) },
        { work: `${work}, warm`, floor: "", peers: [cached], ...ratio(warm, cached, 1.5, 1.2) },
      );
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
async function bareContainer({ client, image }: Engine, cwd: string): Promise<string> {
  return (await medianOf(RUNS, async () => (await run(client, ["run", "--rm", image, "/bin/true"], { cwd })).ms)).toFixed(0);
}

/** What ours takes in units of a peer; in ms, and not judged, where that could not be measured. */
function ratio(ours: number, peer: Peer, target: number, stretch?: number): Pick<Figure, "ours" | "unit" | "whole" | "target" | "stretch"> {
  if ("missing" in peer) return { ours, unit: "ms" };
  return { ours: ours / peer.ms, unit: "×", whole: ours, target, ...(stretch === undefined ? {} : { stretch }) };
}

async function npmPeers(directory: string, allowed: boolean): Promise<readonly Peer[]> {
  if (allowed) return [await turborepo(directory, STEPS), await wireit(directory, STEPS)];
  return ["Turborepo", "Wireit"].map((name) => ({ name, missing: NOT_ASKED }));
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
