import type { Plan, PlannedStep } from "@fresco/engine";
import { formatOf, type ParsedArguments, parseArguments } from "../arguments.ts";
import { beginFreezing } from "../freezing.ts";
import { columns, print, printJson } from "../output/print.ts";
import { type Style, styleFor } from "../output/style.ts";
import { planningOf, planningOptions } from "./run-options.ts";

export const summary = "say what a run would execute, what it would take from the cache, and why";
export const usage = "fresco plan [PIPELINE|STEP] [options]";
export const options = planningOptions;

/** `fresco plan`. */
export function run(argv: readonly string[]): Promise<number> {
  return plan(parseArguments(argv, options, { max: 1, usage }), usage);
}

/** The same for `fresco run --dry-run`, whose usage it is then. */
export async function plan(parsed: ParsedArguments, usageText: string): Promise<number> {
  const request = planningOf(parsed, usageText);
  const format = formatOf(parsed, usageText);
  const freezing = beginFreezing(parsed.text("dir"));
  const { planProject } = await import("../plan-project.ts");
  const { ir, planned } = await planProject(freezing, request);
  await (format === "json"
    ? printJson({ pipeline: ir.pipeline, tree: planned.tree, steps: planned.steps.map(facts) })
    : print(text(ir.pipeline, planned, styleFor(process.stdout, process.env))));
  return 0;
}

function text(pipeline: string, { tree, steps }: Plan, style: Style): string {
  const rows = steps.map(({ step, decision, why }) => [step, SIGNS[decision], why]);
  const counts = DECISIONS.map((decision) => ({ decision, count: steps.filter((step) => step.decision === decision).length }))
    .filter(({ count }) => count > 0)
    .map(({ decision, count }) => `${count} ${WORDS[decision]}`);
  return `${style.bold(pipeline)} ${style.dim(`source ${tree.slice(0, 12)}`)}\n${columns(rows)}${counts.join(", ")}\n`;
}

const DECISIONS = ["hit", "execute", "undecided", "skipped"] as const;

const SIGNS: Readonly<Record<PlannedStep["decision"], string>> = {
  hit: "● hit",
  execute: "▶ run",
  undecided: "? run or hit",
  skipped: "○ skip",
};

const WORDS: Readonly<Record<PlannedStep["decision"], string>> = {
  hit: "from the cache",
  execute: "to run",
  undecided: "undecided",
  skipped: "left out",
};

function facts({ step, decision, why, key, entry }: PlannedStep): unknown {
  return {
    step,
    decision,
    why,
    key: key ?? null,
    entry: entry === undefined ? null : { key: entry.key, run: entry.run, createdAt: entry.createdAt },
  };
}
