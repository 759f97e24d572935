/**
 * What a step costs in a sandbox, from start to exit, over the command itself; what its output costs; and what a run pays to know its base.
 * Each figure is a median beside its floor in the same run: `node --conditions=fresco-source tools/bench/sandbox.ts [rounds]`.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Layers, Sandbox, StepRequest } from "@fresco/ports";
import { FifoPipes, NodeProcesses } from "@fresco/process-node";
import { HostSandbox } from "@fresco/sandbox-host";
import { LinuxSandbox } from "@fresco/sandbox-linux";
import { CowLayers } from "@fresco/workspace-cow";

const ROUNDS = Number(process.argv[2] ?? 21);
const OUTPUT_BYTES = 500_000_000;
const root = mkdtempSync(join(tmpdir(), "fresco-bench-"));
const parts = { processes: new NodeProcesses(), pipes: new FifoPipes(), environment: process.env };
const layers: Layers = new CowLayers();
const linux = new LinuxSandbox({ ...parts, layers, hidden: [] });
const host = new HostSandbox(parts);
mkdirSync(join(root, "view"));
const stack = Array.from({ length: 20 }, (_, index) => layer(join(root, `layer-${index}`)));
const figures = new Map<string, number[]>();
let steps = 0;

try {
  for (let round = 0; round < ROUNDS; round += 1) {
    await time("floor: unshare true", () => run("unshare", [...(process.geteuid?.() === 0 ? [] : ["-Ur"]), "true"]));
    await time("floor: sh -c true", () => run("/bin/sh", ["-c", "true"]));
    await timeStep("linux: true", linux);
    await timeStep("linux: true over 20 layers", linux, 20);
    await timeStep("host: true", host);
    await time("linux: identify", () => linux.identify({ type: "host" }, []));
    await time("host: identify", () => host.identify({ type: "host" }, []));
  }
  for (const [what, all] of figures)
    console.log(`${what.padEnd(32)} ${median(all).toFixed(2).padStart(8)} ms   (best ${Math.min(...all).toFixed(2)})`);
  for (const sandbox of [linux, host]) {
    const request = prepare(sandbox, `head -c ${OUTPUT_BYTES} /dev/zero`, []);
    const start = performance.now();
    await step(sandbox, request);
    console.log(
      `${sandbox.kind}: output`.padEnd(32) + ` ${(OUTPUT_BYTES / 1_000 / (performance.now() - start)).toFixed(0).padStart(8)} MB/s`,
    );
  }
} finally {
  await linux.discard([root]);
}

async function time(what: string, work: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  await work();
  figures.set(what, [...(figures.get(what) ?? []), performance.now() - start]);
}

/** Workspaces and layers are somebody else's cost; layers are the same ones in every round, as in a chain of cached steps. */
async function timeStep(what: string, sandbox: Sandbox, depth = 0): Promise<void> {
  const request = prepare(sandbox, "true", stack.slice(0, depth));
  await time(what, () => step(sandbox, request));
}

function prepare(sandbox: Sandbox, command: string, system: StepRequest["system"]): StepRequest {
  const at = join(root, String((steps += 1)));
  for (const name of ["view", "upper", "work"]) mkdirSync(join(at, name), { recursive: true });
  const workspace: StepRequest["workspace"] =
    sandbox.capabilities.workspace[0] === "overlay"
      ? { type: "overlay", lower: [join(root, "view")], upper: join(at, "upper"), work: join(at, "work") }
      : { type: "directory", path: join(at, "view") };
  const names = {
    owner: "owner",
    run: "run",
    job: "job",
    attempt: 1,
    toolchains: [],
    cwd: ".",
    env: { CI: "true" },
    shell: ["/bin/sh", "-e"],
  };
  return {
    ...names,
    base: { type: "host" },
    system,
    workspace,
    scratch: join(at, "s"),
    shared: join(root, "shared"),
    command,
    output: () => undefined,
  };
}

async function step(sandbox: Sandbox, request: StepRequest): Promise<void> {
  const running = await sandbox.start(request);
  const exit = await running.exit;
  if (exit.type !== "exited" || exit.code !== 0) throw new Error(`the step failed: ${JSON.stringify(exit)}`);
  await running.release();
}

function layer(path: string): StepRequest["system"][number] {
  mkdirSync(join(path, "tree", "usr"), { recursive: true });
  return { id: path, digest: path, path };
}

function run(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    spawn(program, [...args], { stdio: "ignore" })
      .once("error", reject)
      .once("exit", () => resolve());
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
