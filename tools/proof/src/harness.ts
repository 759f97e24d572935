import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { observe } from "./archive.ts";
import type { History } from "./generate/history.ts";
import { live, type Lived } from "./live.ts";
import { Model, type Expected } from "./model/model.ts";
import type { Statistics } from "./statistics.ts";
import type { Outcome, Subject } from "./subject.ts";

/** The first thing in which a subject is not as the model says. */
export interface Difference {
  /** Counted from 0. */
  readonly round: number;
  readonly step: string | undefined;
  readonly what: "status" | "exit code" | "output" | "workspace" | "error";
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Lives a history through with a subject and with the model, and compares every step of every run. `undefined`: all the same. */
export async function compare(subject: Subject, history: History, statistics?: Statistics): Promise<Difference | undefined> {
  const scratch = mkdtempSync(join(tmpdir(), "fresco-proof-model-"));
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

async function compareRound(model: Model, { outcomes, project, round }: Lived, statistics: Statistics | undefined): Promise<Found | undefined> {
  if (outcomes instanceof Error) return { step: undefined, what: "error", expected: "a run", actual: outcomes.stack };
  for (const step of round.evicted) model.evict(step);
  const expected = await model.run(project, round.pipeline, { now: round.now, drawn: drawnIn(outcomes) });
  statistics?.addRound(round, expected);
  for (const [step, right] of expected) {
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
  if (actual.status !== status) return { what: "status", expected: withCause(status, expected), actual: `${actual.status} (${actual.reason ?? `exit ${actual.exitCode}`})` };
  if (expected.type === "refused" || expected.type === "skipped") return undefined;

  const exitCode = expected.type === "failed" ? expected.exitCode : 0;
  if (actual.exitCode !== exitCode) return { what: "exit code", expected: exitCode, actual: actual.exitCode };
  const seen = observe(actual.output);
  const right = observe(expected.output);
  if (seen.printed !== right.printed) return { what: "output", expected: right.printed, actual: seen.printed };
  return isDeepStrictEqual(seen.workspace, expected.workspace) ? undefined : { what: "workspace", expected: expected.workspace, actual: seen.workspace };
}

function withCause(status: string, expected: Expected): string {
  return expected.type === "refused" ? `${status} (${expected.because}: ${expected.paths.join(", ")})` : status;
}
