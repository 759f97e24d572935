/**
 * What the store costs a warm run. Each figure is a median of five beside its floor in the same run:
 * `node --conditions=fresco-source tools/bench/store.ts`.
 */
import { closeSync, fdatasyncSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytePath } from "@fresco/pipeline";
import type { NewEntry } from "@fresco/ports";
import { SqliteStore } from "@fresco/store-sqlite";
import type { KeyFields } from "@fresco/cache-keys";

const RUNS = 5;
const STEPS = 20;
const clock = { now: () => Date.now(), after: () => () => undefined };
const root = mkdtempSync(join(tmpdir(), "fresco-bench-"));
const directory = join(root, "store");
const fields: KeyFields = {
  sandbox: { kind: "linux", capabilities: [], workspace: "/workspace" },
  base: "base",
  layers: { system: [], workspace: [] },
  command: "make",
  shell: ["/bin/sh", "-e"],
  cwd: ".",
  env: {},
  secrets: {},
  outputs: null,
  options: { user: null, network: null, mounts: [], resources: { cpus: null, memory: null } },
  values: [],
  inherited: {},
  view: [],
};

try {
  const figures = new Map<string, number[]>();
  for (let run = 0; run <= RUNS; run += 1) for (const [what, ms] of await once(run)) figures.set(what, [...(figures.get(what) ?? []), ms]);
  // The first round pays for loading and for making the store.
  for (const [what, all] of figures)
    console.log(`${what.padEnd(44)} ${median(all.slice(1)).toFixed(2).padStart(8)} ms   (first ${(all[0] ?? 0).toFixed(2)})`);
} finally {
  rmSync(root, { recursive: true, force: true });
}

async function once(run: number): Promise<Map<string, number>> {
  const figures = new Map<string, number>();
  const time = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    figures.set(what, performance.now() - start);
    return result;
  };
  const store = await time("open", () => SqliteStore.open({ directory, clock }));
  await time("gone owners (none)", () => store.owners.gone());
  const owner = await time("owner open", () =>
    store.owners.open({ process: { pid: 1, startTime: "", bootId: "", machineId: "", pidNamespace: "" }, startedAt: 1 }),
  );
  await time("floor: one small durable write", async () => durableWrite(join(root, `floor-${run}`)));
  const reserved = await time(`reserve ${STEPS}`, () => store.directories.reserve("layer", owner.id, STEPS));
  const entries = reserved.map(({ id, path }, step): NewEntry => {
    mkdirSync(path);
    const workspace = { id, path, digest: id, bytes: 1, entries: 1, footprint: [bytePath("out")] };
    return {
      key: `${run}-${step}`,
      fields,
      project: "/p",
      pipeline: "ci",
      step: `s${step}`,
      run: "r",
      createdAt: 1,
      durationMs: 1,
      system: undefined,
      workspace,
      log: "l",
    };
  });
  await time(`save ${STEPS} entries`, () => store.entries.save(entries));
  await time(`look up ${STEPS} hits`, async () => {
    for (const { key } of entries) if ((await store.entries.lookup(key, fields, owner.id)) === undefined) throw new Error("a miss");
  });
  await time(`floor: ${STEPS} small files read`, async () => {
    for (const { path } of reserved) readFileSync(join(path, "complete"));
  });
  const { id } = await time("create a run", () =>
    store.runs.create({
      owner: owner.id,
      project: "/p",
      ir: { version: 1, pipeline: "ci", env: {}, base: { type: "host" }, toolchains: [], steps: [] },
      tree: "t",
      startedAt: clock.now(),
      jobs: entries.map(({ step }) => ({ step, label: undefined })),
    }),
  );
  await time(`append ${STEPS} events, each alone`, async () => {
    for (const { step } of entries)
      await store.runs.append([{ run: id, ts: 1, type: "job.finished", job: step, status: "cached", exitCode: 0, durationMs: 0 }]);
  });
  await time("owner end", async () => owner[Symbol.asyncDispose]());
  await time("close", () => store[Symbol.asyncDispose]());
  return figures;
}

function durableWrite(path: string): void {
  writeFileSync(path, "");
  const file = openSync(path, "r+");
  writeSync(file, "x".repeat(4096));
  fdatasyncSync(file);
  closeSync(file);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
