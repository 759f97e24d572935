import { isDeepStrictEqual } from "node:util";
import { FrescoError } from "@fresco/ports";
import type { History } from "./generate/history.ts";
import { live } from "./live.ts";
import type { Outcome, Subject } from "./subject.ts";

/** Two subjects that gave different results for one step. */
export interface Disagreement {
  /** Counted from 0. */
  readonly round: number;
  readonly step: string;
  readonly results: Readonly<Record<string, unknown>>;
}

/**
 * Lives a history through with several subjects and compares them with each other: exit code, output, and the identity of the layer, which every
 * strategy must give alike. Histories that draw randomness or use `HOME` differ by nature. Statuses are the model's affair: sandboxes cache differently.
 */
export async function agree(subjects: readonly Subject[], history: History): Promise<Disagreement | undefined> {
  const all: { readonly name: string; readonly rounds: readonly ReadonlyMap<string, Outcome>[] }[] = [];
  for (const subject of subjects) all.push({ name: subject.name, rounds: await roundsOf(subject, history) });
  for (const [round, { pipeline }] of history.rounds.entries()) {
    for (const { id } of pipeline.steps) {
      const results = all.map(({ name, rounds }) => [name, resultOf(rounds[round]?.get(id))] as const);
      if (results.some(([, result]) => !isDeepStrictEqual(result, results[0]?.[1])))
        return { round, step: id, results: Object.fromEntries(results) };
    }
  }
  return undefined;
}

async function roundsOf(subject: Subject, history: History): Promise<readonly ReadonlyMap<string, Outcome>[]> {
  const rounds: ReadonlyMap<string, Outcome>[] = [];
  await live(subject, history, async ({ outcomes }) => {
    const isRefused = outcomes instanceof FrescoError && outcomes.code === "view.unmatched";
    if (outcomes instanceof Error && !isRefused) throw outcomes;
    rounds.push(outcomes instanceof Error ? new Map() : outcomes);
    return "go on";
  });
  return rounds;
}

function resultOf(outcome: Outcome | undefined): unknown {
  return outcome === undefined ? undefined : { exitCode: outcome.exitCode, output: outcome.output, layer: outcome.layer };
}
