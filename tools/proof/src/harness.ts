import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { observe } from "./archive.ts";
import type { History, Round } from "./generate/history.ts";
import { toIR } from "./ir.ts";
import { Model, type Expected } from "./model/model.ts";
import { applyEdit, createProject } from "./project.ts";
import type { Statistics } from "./statistics.ts";
import type { Outcome, Session, Subject } from "./subject.ts";

export type Verdict = { readonly type: "same" } | Difference;

/** The first thing in which a subject is not as the model says. */
export interface Difference {
  readonly type: "differs";
  /** Counted from 0. */
  readonly round: number;
  readonly step: string | undefined;
  readonly what: "status" | "exit code" | "output" | "workspace" | "error";
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Lives a history through with a subject and with the model, and compares every step of every run. */
export async function compare(subject: Subject, history: History, statistics?: Statistics): Promise<Verdict> {
  const directory = mkdtempSync(join(tmpdir(), "fresco-proof-"));
  const project = join(directory, "project");
  const scratch = join(directory, "model");
  mkdirSync(scratch);
  createProject(project);
  const model = new Model({ scratch, system: subject.system });
  try {
    await using session = await subject.open(project);
    for (const [index, round] of history.rounds.entries()) {
      const difference = await compareRound({ session, model, project, round, statistics });
      if (difference !== undefined) return { type: "differs", round: index, ...difference };
    }
    statistics?.addHistory(history);
    return { type: "same" };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

type Found = Omit<Difference, "type" | "round">;

async function compareRound(context: {
  readonly session: Session;
  readonly model: Model;
  readonly project: string;
  readonly round: Round;
  readonly statistics: Statistics | undefined;
}): Promise<Found | undefined> {
  const { session, model, project, round, statistics } = context;
  for (const edit of round.source) applyEdit(project, edit);
  for (const step of round.evicted) {
    await session.evict(step);
    model.evict(step);
  }
  const outcomes = await attempt(session, round);
  if (outcomes instanceof Error) return { step: undefined, what: "error", expected: "a run", actual: outcomes.stack };
  const expected = await model.run(project, round.pipeline, { now: round.now, drawn: drawnIn(outcomes) });
  statistics?.addRound(round, expected);
  for (const [step, right] of expected) {
    const difference = differenceOf(right, outcomes.get(step));
    if (difference !== undefined) return { step, ...difference };
  }
  return undefined;
}

async function attempt(session: Session, round: Round): Promise<ReadonlyMap<string, Outcome> | Error> {
  try {
    return await session.run(toIR(round.pipeline), { now: round.now });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
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
