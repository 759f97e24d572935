/**
 * What capturing, stacking and preparing cost. Each figure is a median of five beside its floor in the same run:
 * `node --conditions=fresco-source tools/bench/layers.ts`. Needs no mount: upper directories are made by hand.
 */
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CapturedLayer } from "@fresco/ports";
import { CowLayers, CowWorkspaces } from "@fresco/workspace-cow";

const RUNS = 5;
const MANY = 20_000;
const LARGE = 300 * 1024 * 1024;

const root = mkdtempSync(join(tmpdir(), "fresco-bench-"));
const layers = new CowLayers();
let count = 0;

try {
  await warmUp();
  await captureOne();
  await captureMany();
  await captureLarge();
  await prepareOverlay();
  await prepareDirectory();
  await syncMany();
} finally {
  // Deleting between measurements would slow down the next one.
  rmSync(root, { recursive: true, force: true });
}

async function warmUp(): Promise<void> {
  for (let run = 0; run < 20; run++) await layers.capture([overlay(files(1))], into());
}

async function captureOne(): Promise<void> {
  report(
    "capture 1 file",
    await median(
      () => files(1),
      (upper) => layers.capture([overlay(upper)], into()),
    ),
    await median(() => files(1), readAll),
  );
}

async function captureMany(): Promise<void> {
  const floor = await median(() => files(MANY), readAll);
  report(
    `capture ${MANY} files`,
    await median(
      () => files(MANY),
      (upper) => layers.capture([overlay(upper)], into()),
    ),
    floor,
  );
}

async function captureLarge(): Promise<void> {
  const content = Buffer.alloc(LARGE, "fresco");
  const make = () => {
    const upper = fresh();
    writeFileSync(join(upper, "large"), content);
    return upper;
  };
  const floor = await median(
    () => content,
    (bytes) => createHash("sha256").update(bytes).digest(),
  );
  report("capture 300 MB", await median(make, (upper) => layers.capture([overlay(upper)], into())), floor);
}

async function prepareOverlay(): Promise<void> {
  const view = files(100);
  const one = await layer(files(MANY));
  const stack = [one, ...(await Promise.all(Array.from({ length: 20 }, () => layer(files(1, true)))))];
  const prepare = (workspaces: CowWorkspaces) =>
    workspaces.prepare({ view: held(view), layers: laid(stack), scratch: fresh(), form: { type: "overlay" } });
  const known = new CowWorkspaces({ layers, state: root });
  await prepare(known);
  report("prepare overlay, 21 layers, first time", await median(() => new CowWorkspaces({ layers, state: root }), prepare));
  report("prepare overlay, 21 layers, again", await median(() => known, prepare));
}

async function prepareDirectory(): Promise<void> {
  const view = files(MANY);
  const workspaces = new CowWorkspaces({ layers, state: root });
  const prepare = () => workspaces.prepare({ view: held(view), layers: [], scratch: fresh(), form: { type: "directory", path: fresh() } });
  report(`prepare directory, ${MANY} files`, await median(() => undefined, prepare));
  report(
    `capture directory, 1 of ${MANY} files changed`,
    await median(
      async () => {
        const { changes } = await prepare();
        if (changes.type === "directory") writeFileSync(join(changes.path, "new"), "");
        return changes;
      },
      (changes) => layers.capture([{ changes, options: { outputs: null } }], into()),
    ),
  );
}

async function syncMany(): Promise<void> {
  report(
    "sync 20 layers of 1 file",
    await median(
      () => Promise.all(Array.from({ length: 20 }, () => layer(files(1, true)))),
      (made) => layers.sync(made),
    ),
  );
}

/** The floor of a capture: each file read and hashed once, nothing else. */
function readAll(directory: string): void {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile())
      createHash("sha256")
        .update(readFileSync(join(entry.parentPath, entry.name)))
        .digest();
  }
}

async function layer(upper: string): Promise<CapturedLayer> {
  const captured = await layers.capture([overlay(upper)], into());
  if (captured === undefined) throw new Error("nothing was captured");
  return captured;
}

function overlay(upper: string) {
  return { changes: { type: "overlay", upper, lower: [] }, options: { outputs: null } } as const;
}

function held(view: string) {
  return { lower: [view], release: async () => {} };
}

function laid(stack: readonly CapturedLayer[]) {
  return stack.map((one, index) => ({ layer: one, step: one.id, ancestors: stack.slice(0, index).map(({ id }) => id) }));
}

function into() {
  const path = fresh();
  return { id: path, path };
}

/** A directory with files of 1 KiB, fifty in a directory. */
function files(number: number, distinct = false): string {
  const directory = fresh();
  for (let index = 0; index < number; index++) {
    const parent = number === 1 ? directory : join(directory, `d${Math.floor(index / 50)}`);
    if (index % 50 === 0) mkdirSync(parent, { recursive: true });
    writeFileSync(join(parent, distinct ? `f${count}-${index}` : `f${index}`), `${index}`.padEnd(1024));
  }
  return directory;
}

function fresh(): string {
  const path = join(root, `${count++}`);
  mkdirSync(path);
  chmodSync(path, 0o755);
  return path;
}

async function median<T>(make: () => T | Promise<T>, work: (made: T) => unknown): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const made = await make();
    const start = performance.now();
    await work(made);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.NaN;
}

function report(what: string, milliseconds: number, floor?: number): void {
  console.log(
    `${what.padEnd(45)} ${milliseconds.toFixed(2).padStart(10)} ms${floor === undefined ? "" : `   floor ${floor.toFixed(2)} ms`}`,
  );
}
