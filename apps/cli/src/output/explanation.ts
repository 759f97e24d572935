import type { ExplainedStep, StepNow } from "../explain-step.ts";
import type { PastLookup } from "../past-lookup.ts";
import { formatInstant } from "./print.ts";

/** An explained step for a reader. */
export function explanation({ step, past, now }: ExplainedStep): string {
  const then = past === null ? `${step} is in no run yet\n` : pastText(step, past);
  return now === null ? then : `${then}\n${nowText(now)}`;
}

function pastText(step: string, { run, startedAt, status, outcome, why, changes }: PastLookup): string {
  return `${step} in run ${run} (${formatInstant(startedAt)}): ${status}\n  ${OUTCOMES[outcome]}${why}\n${list(changes)}`;
}

const OUTCOMES: Readonly<Record<PastLookup["outcome"], string>> = { hit: "hit: ", miss: "miss: ", none: "" };

function nowText({ decision, why, changes }: StepNow): string {
  const compared = changes.length === 0 ? "" : "; compared with its newest entry:";
  return `now ${DECISIONS[decision]}: ${why}${compared}\n${list(changes)}`;
}

const DECISIONS: Readonly<Record<StepNow["decision"], string>> = {
  hit: "it would hit",
  execute: "it would run",
  undecided: "it may hit or run",
  skipped: "it would be left out",
  unknown: "it cannot be told",
};

function list(changes: readonly string[]): string {
  return changes.map((change) => `    ${change}\n`).join("");
}
