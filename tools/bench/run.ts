// All targets in one table: `node tools/setup/run.mjs tools/bench/run.ts [--peers] [WORK…]`. See README.md.
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { openEngine } from "./peers/engine.ts";
import { type Figure, tableOf } from "./table.ts";
import { WORKS } from "./works.ts";

const { positionals: wanted, values } = parseArgs({ allowPositionals: true, options: { peers: { type: "boolean", default: false } } });
const root = mkdtempSync(path.join(tmpdir(), "fresco-bench-"));
const engine = openEngine(root);
const figures: Figure[] = [];
try {
  for (const [name, work] of Object.entries(WORKS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    process.stderr.write(`${name} …\n`);
    figures.push(...(await work(path.join(root, name), { engine, npm: values.peers })));
  }
} finally {
  if (typeof engine !== "string") engine[Symbol.dispose]();
  // Only now: removing many files makes new ones slow on some file systems.
  await rm(root, { recursive: true, force: true });
}
const load = loadavg().map((value) => value.toFixed(1));
const text = `${tableOf(figures)}\nNode ${process.version}, ${cpus().length} processors, load ${load.join(" ")} at the end.\n`;
process.stdout.write(text);
