import { rmSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { FrescoError } from "@fresco/ports";
import { observe } from "./archive.ts";
import type { History } from "./generate/history.ts";
import { live, type Lived } from "./live.ts";
import { Model, type Expected } from "./model/model.ts";
import type { Statistics } from "./statistics.ts";
import type { Outcome, Subject } from "./subject.ts";
import { temporaryDirectory } from "./temporary.ts";

/** The first thing in which a subject is not as the model says. */
export interface Difference {
  /** Counted from 0. */
  readonly round: number;
  readonly step: string | undefined;
  readonly what: "status" | "exit code" | "output" | "workspace" | "refusal" | "error";
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Lives a history through with a subject and with the model, and compares every step of every run. `undefined`: all the same. */
export async function compare(subject: Subject, history: History, statistics?: Statistics): Promise<Difference | undefined> {
  const scratch = temporaryDirectory("model");
  const model = new Model({ scratch, system: subject.system });
  let difference: Difference | undefined;
  try {
    await live(subject, history, async (lived) => {
      const found = await compareRound(model, lived, statistics);
      if (found !== undefined) difference = { round: lived.index, ...found };
      return difference === undefined ? "go on" : "stop";
    });
  } finally {
    rmSync(scratch, { recursive: true });
  }
  statistics?.addHistory(history);
  return difference;
}

type Found = Omit<Difference, "round">;

async function compareRound(
  model: Model,
  { outcomes, project, round }: Lived,
  statistics: Statistics | undefined,
): Promise<Found | undefined> {
  for (const step of round.evicted) model.evict(step);
  const drawn = outcomes instanceof Error ? new Map<string, string>() : drawnIn(outcomes);
  const expected = await model.run(project, round.pipeline, { ...round.conditions, drawn });
  if (expected.type === "unmatched") {
    statistics?.addRefused();
    if (outcomes instanceof FrescoError && outcomes.code === "view.unmatched") return undefined;
    const refusal = `nothing matches ${expected.patterns.join(", ")}`;
    if (outcomes instanceof Error) return { step: undefined, what: "error", expected: refusal, actual: outcomes.stack };
    return { step: undefined, what: "refusal", expected: refusal, actual: "a run" };
  }
  if (outcomes instanceof Error) return { step: undefined, what: "error", expected: "a run", actual: outcomes.stack };
  statistics?.addRound(round, expected.steps);
  for (const [step, right] of expected.steps) {
    const difference = differenceOf(right, outcomes.get(step));
    if (difference !== undefined) return { step, ...difference };
  }
  return undefined;
}

/** Randomness cannot be predicted, so the model is told what the subject's steps say that they drew. */
function drawnIn(outcomes: ReadonlyMap<string, Outcome>): ReadonlyMap<string, string> {
  const drawn = new Map<string, string>();
  for (const [step, { output }] of outcomes) {
    const value = /^DRAWN (\d)$/m.exec(output)?.[1];
    if (value !== undefined) drawn.set(step, value);
  }
  return drawn;
}

function differenceOf(expected: Expected, actual: Outcome | undefined): Omit<Found, "step"> | undefined {
  const status = expected.type === "succeeded" ? expected.status : expected.type === "skipped" ? "skipped" : "failed";
  if (actual === undefined) return { what: "status", expected: status, actual: "nothing" };
  if (actual.status !== status)
    return {
      what: "status",
      expected: withCause(status, expected),
      actual: `${actual.status} (${actual.reason ?? `exit ${actual.exitCode}`})`,
    };
  if (expected.type === "refused" || expected.type === "skipped") return undefined;

  const exitCode = expected.type === "failed" ? expected.exitCode : 0;
  if (actual.exitCode !== exitCode) return { what: "exit code", expected: exitCode, actual: actual.exitCode };
  const seen = observe(actual.output);
  const right = observe(expected.output);
  if (seen.printed !== right.printed) return { what: "output", expected: right.printed, actual: seen.printed };
  return isDeepStrictEqual(seen.workspace, expected.workspace)
    ? undefined
    : { what: "workspace", expected: expected.workspace, actual: seen.workspace };
}

function withCause(status: string, expected: Expected): string {
  return expected.type === "refused" ? `${status} (${expected.because}: ${expected.paths.join(", ")})` : status;
}
