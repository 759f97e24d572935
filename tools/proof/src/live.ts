import { rmSync } from "node:fs";
import { join } from "node:path";
import type { History, Round } from "./generate/history.ts";
import { toIR } from "./ir.ts";
import { applyEdit, createProject } from "./project.ts";
import type { Outcome, Session, Subject } from "./subject.ts";
import { temporaryDirectory } from "./temporary.ts";

/** What a subject did in one round. */
export interface Lived {
  /** Counted from 0. */
  readonly index: number;
  readonly round: Round;
  /** The user's directory as it was during the run. */
  readonly project: string;
  readonly outcomes: ReadonlyMap<string, Outcome> | Error;
}

/** Lives a history through in a project of its own. `visit` is told after every run, and ends it by answering `stop`. */
export async function live(subject: Subject, history: History, visit: (lived: Lived) => Promise<"go on" | "stop">): Promise<void> {
  const directory = temporaryDirectory("project");
  const project = join(directory, "project");
  createProject(project);
  try {
    await using session = await subject.open(project);
    for (const [index, round] of history.rounds.entries()) {
      for (const edit of round.source) applyEdit(project, edit);
      for (const step of round.evicted) await session.evict(step);
      const outcomes = await attempt(session, round);
      if ((await visit({ index, round, project, outcomes })) === "stop") return;
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function attempt(session: Session, round: Round): Promise<ReadonlyMap<string, Outcome> | Error> {
  try {
    return await session.run(toIR(round.pipeline), round.conditions);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
