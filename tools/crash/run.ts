import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fullSeries } from "./src/full-series.ts";
import { killSeries } from "./src/kill-series.ts";
import { OwnEngine } from "./src/own-engine.ts";
import { powerSeries } from "./src/power-series.ts";
import { restartSeries } from "./src/restart-series.ts";
import { scenes } from "./src/scenes.ts";
import type { Series, SeriesOptions } from "./src/series.ts";
import { Volume } from "./src/volume.ts";

const USAGE =
  "node --conditions=fresco-source tools/crash/run.ts [kills|scenes|full|power-ext4|power-xfs|restarts…] [--times N] [--seed S] [--sandbox linux|docker|host] [--command FILE]";

const SERIES: Readonly<Record<string, (options: SeriesOptions) => Promise<Series>>> = {
  kills: killSeries,
  scenes,
  full: fullSeries,
  "power-ext4": (options) => powerSeries({ ...options, type: "ext4" }),
  "power-xfs": (options) => powerSeries({ ...options, type: "xfs" }),
  restarts: restartSeries,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    times: { type: "string", default: "50" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    sandbox: { type: "string", default: "linux" },
    command: { type: "string", default: fileURLToPath(new URL("../../apps/cli/bin/fresco.js", import.meta.url)) },
  },
});

const names = positionals.length === 0 ? Object.keys(SERIES) : positionals;
const [times, seed] = [Number(values.times), Number(values.seed)];
if (!Number.isInteger(times) || !Number.isInteger(seed) || names.some((name) => SERIES[name] === undefined)) {
  console.error(`usage: ${USAGE}`);
  process.exit(2);
}
/** Why a series cannot be had here. */
function refusedOf(name: string): string | undefined {
  if (name === "restarts") return OwnEngine.refused();
  return name === "full" || name.startsWith("power") ? Volume.refused() : undefined;
}

for (const name of names) {
  const refused = refusedOf(name);
  if (refused !== undefined) {
    console.log(`${name}: skipped, ${refused}`);
    continue;
  }
  console.log(`${name}: ${times} times, --seed ${seed}, --sandbox ${values.sandbox}`);
  const series = await SERIES[name]?.({ command: values.command, times, seed, sandbox: values.sandbox, tell: console.log });
  console.log(`${name}: ${series?.hits ?? 0} of ${times} hit a command that was running`);
  if (series === undefined || series.wrong.length > 0) process.exitCode = 1;
}
