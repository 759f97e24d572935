import type { RunRecord } from "@fresco/ports";
import { type CommandOptions, formatOf, formatOption, parseArguments, projectOptions, usageError } from "../arguments.ts";
import { formatElapsed } from "../output/duration.ts";
import { columns, formatInstant, print, printJson } from "../output/print.ts";
import { findProject } from "../project.ts";

export const summary = "list runs, newest first";
export const usage = "fresco runs [options]";
export const options: CommandOptions = {
  ...projectOptions,
  all: { type: "boolean", help: "of every project" },
  number: { type: "string", short: "n", value: "N", help: "how many at most (default: 20)" },
  ...formatOption,
};

const DEFAULT_NUMBER = 20;

/** `fresco runs`. */
export async function run(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(argv, options, { max: 0, usage });
  const format = formatOf(parsed, usage);
  const limit = numberOf(parsed.text("number"));
  const all = parsed.flag("all");
  const project = all ? undefined : findProject(parsed.text("dir") ?? ".");
  const { openStore } = await import("../session.ts");
  await using session = await openStore();
  const runs = await session.store.runs.list({ limit, ...(project === undefined ? {} : { project }) });
  await (format === "json" ? printJson(runs.map(runFacts)) : print(table(runs, all)));
  return 0;
}

/** A run for a program. Times are milliseconds; what there is none of is null. */
export function runFacts({ id, project, pipeline, tree, status, startedAt, finishedAt }: RunRecord): Record<string, unknown> {
  const durationMs = finishedAt === undefined ? null : finishedAt - startedAt;
  return { id, project, pipeline, tree, status, startedAt, finishedAt: finishedAt ?? null, durationMs };
}

function table(runs: readonly RunRecord[], all: boolean): string {
  if (runs.length === 0) return "no runs yet\n";
  const rows = runs.map(({ id, status, pipeline, project, startedAt, finishedAt }) => [
    id,
    status,
    pipeline,
    formatInstant(startedAt),
    finishedAt === undefined ? "" : formatElapsed(finishedAt - startedAt),
    ...(all ? [project] : []),
  ]);
  return columns([["RUN", "STATUS", "PIPELINE", "STARTED", "TOOK", ...(all ? ["PROJECT"] : [])], ...rows]);
}

function numberOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_NUMBER;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw usageError("usage.number", `-n ${text} is no number from 1 on`, usage);
  return Number(text);
}
