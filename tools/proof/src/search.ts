import fc from "fast-check";
import { historyOf, type History } from "./generate/history.ts";
import { historyRecipe } from "./generate/recipe.ts";
import { compare, type Difference } from "./harness.ts";
import { describeDifference, describeHistory } from "./report.ts";
import type { Statistics } from "./statistics.ts";
import type { Subject } from "./subject.ts";

export interface SearchOptions {
  readonly histories: number;
  readonly seed: number;
  /** Where in the seed's histories to begin, as a failure printed it. */
  readonly path?: string;
  /** How many smaller histories to try once one fails. @default 60 */
  readonly shrinks?: number;
  readonly statistics?: Statistics;
  /** Told after every history. */
  readonly onHistory?: (tried: number) => void;
}

export interface Failure {
  readonly seed: number;
  /** With the seed it names the history: `--seed S --path P`. */
  readonly path: string;
  /** Histories until the first failure, that one included. */
  readonly tried: number;
  readonly history: History;
  readonly difference: Difference;
}

/** Draws histories until a subject is not as the model says, and looks for a smaller history with the same seed. */
export async function search(subject: Subject, options: SearchOptions): Promise<Failure | undefined> {
  const { histories, seed, statistics } = options;
  let tried = 0;
  let shrinks: number | undefined;
  let last: { readonly history: History; readonly difference: Difference } | undefined;
  const property = fc.asyncProperty(historyRecipe, async (recipe) => {
    if (shrinks === undefined) tried += 1;
    else if (shrinks-- <= 0) return true;
    const history = historyOf(recipe);
    const verdict = await compare(subject, history, shrinks === undefined ? statistics : undefined).catch(failed);
    options.onHistory?.(tried);
    if (verdict.type === "same") return true;
    shrinks ??= options.shrinks ?? 60;
    last = { history, difference: verdict };
    return false;
  });
  const details = await fc.check(property, { numRuns: histories, seed, ...(options.path === undefined ? {} : { path: options.path }) });
  if (!details.failed) return undefined;
  if (last === undefined) throw new Error("A history could not be made.", { cause: details.errorInstance });
  return { seed, path: details.counterexamplePath ?? "", tried, ...last };
}

/** A session that cannot be opened or closed, or a model that contradicts itself. */
function failed(error: unknown): Difference {
  return { type: "differs", round: 0, step: undefined, what: "error", expected: "a verdict", actual: error instanceof Error ? error.stack : error };
}

/** A failure for a reader, with what repeats it. */
export function describeFailure(subject: Subject, failure: Failure): string {
  return [
    `${subject.name} is not as the model says, after ${failure.tried} histories. To repeat: --seed ${failure.seed} --path ${failure.path}`,
    describeDifference(failure.difference),
    describeHistory(failure.history),
  ].join("\n");
}
