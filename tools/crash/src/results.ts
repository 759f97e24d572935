import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { CowLayers } from "@fresco/workspace-cow";
import { isImageThere } from "./engine-leftovers.ts";
import { expectedOutput } from "./pipelines.ts";
import { readRows } from "./rows.ts";
import type { Ended, Scene } from "./scene.ts";

/** What is wrong with a run of `main` that was to pass, each in one line. */
export function wrongResults(ended: Ended, round: string, files: Scene["files"]): readonly string[] {
  if (ended.code !== 0) return [`the run ended with ${ended.code ?? ended.signal}: ${ended.stderr.slice(-600)}`];
  const events = ended.stdout.split("\n").flatMap((line) => (line === "" ? [] : parsed(line)));
  return Object.entries(expectedOutput(round, files)).flatMap(([job, expected]) => {
    const of = events.filter((event): event is Record<string, unknown> => isRecord(event) && event["job"] === job);
    const printed = of.filter(({ type }) => type === "job.log").map(({ line }) => `${String(line)}\n`);
    const [finished, ...more] = of.filter(({ type }) => type === "job.finished").map(({ status }) => String(status));
    const right = finished === "passed" || finished === "cached";
    return [
      ...(right && more.length === 0 ? [] : [`${job} is ${[finished, ...more].join(" and ")}`]),
      ...(printed.join("") === expected
        ? []
        : [`${job} printed ${JSON.stringify(printed.join("").slice(0, 200))} instead of ${JSON.stringify(expected.slice(0, 200))}`]),
    ];
  });
}

/** Layers and logs of entries that are not whole, each in one line. */
export async function damagedEntries({ state }: Pick<Scene, "state">): Promise<readonly string[]> {
  const rows = readRows(state);
  if (rows === undefined) return [];
  const layers = new CowLayers();
  const damaged: string[] = [];
  for (const { id, digest, named } of rows.layers) {
    const path = join(state, "l", id);
    const isWhole = existsSync(join(path, "image.json")) ? isImageThere(path) : await layers.verify({ id, digest, path });
    if (named && !isWhole) damaged.push(`layer ${id} of an entry is not whole`);
  }
  for (const id of rows.kept) {
    const log = join(state, "logs", id);
    const whole =
      existsSync(`${log}.log`) && statSync(`${log}.log`).size > 0 && existsSync(`${log}.index`) && statSync(`${log}.index`).size > 0;
    if (!whole) damaged.push(`log ${id} of an entry is not whole`);
  }
  return damaged;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function parsed(line: string): readonly unknown[] {
  const value: unknown = JSON.parse(line);
  return [value];
}
