/**
 * How fast output is stored and read again. Each figure is a median of five beside its floor in the same run:
 * `node --conditions=fresco-source tools/bench/logs.ts`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileLogs } from "@fresco/logs-fs";

const RUNS = 5;
const CHUNK = 64 * 1024;
const MIB = 1024 * 1024;
const root = mkdtempSync(join(tmpdir(), "fresco-bench-"));
const logs = new FileLogs({ directory: join(root, "logs"), clock: { now: () => Date.now(), after: () => () => undefined } });
let count = 0;

try {
  await measure("1 GiB in 100-byte lines", `${"x".repeat(99)}\n`, 1024 * MIB, 64 * MIB);
  await measure("64 MiB in 2-byte lines", "x\n", 64 * MIB, 4 * MIB);
  console.log(`resident at most ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
} finally {
  rmSync(root, { recursive: true, force: true });
}

async function measure(what: string, line: string, size: number, readSize: number): Promise<void> {
  const chunk = Buffer.from(line.repeat(Math.floor(CHUNK / line.length)));
  const store = await medianRate(size, () => writeLog(chunk, size));
  const floor = await medianRate(size, () => writePlain(chunk, size));
  const id = await writeLog(chunk, readSize);
  const read = await medianRate(readSize, () => readLog(id));
  console.log(`${what}: stored at ${store} MB/s (floor: a plain file, ${floor}), read as lines at ${read} MB/s`);
}

async function writeLog(chunk: Uint8Array, size: number): Promise<string> {
  const id = `log-${(count += 1)}`;
  const log = await logs.create(id);
  for (let written = 0; written < size; written += chunk.length) await log.write("stdout", chunk);
  await log.close();
  if (size > 64 * MIB) await logs.remove(id);
  return id;
}

async function writePlain(chunk: Uint8Array, size: number): Promise<void> {
  const path = join(root, `plain-${(count += 1)}`);
  const file = await open(path, "w");
  for (let written = 0; written < size; written += chunk.length) await file.write(chunk);
  await file.close();
  rmSync(path);
}

async function readLog(id: string): Promise<void> {
  let lines = 0;
  for await (const record of logs.read(id)) lines += record.partial ? 0 : 1;
  if (lines === 0) throw new Error("nothing was read");
}

/** MB/s. */
async function medianRate(bytes: number, work: () => Promise<unknown>): Promise<string> {
  const rates: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const start = performance.now();
    await work();
    rates.push(bytes / 1_000 / (performance.now() - start));
  }
  return (rates.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.NaN).toFixed(0);
}
