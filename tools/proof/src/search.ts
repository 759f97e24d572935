import fc from "fast-check";
import { agree, type Disagreement } from "./agreement.ts";
import { historyOf, type History, without } from "./generate/history.ts";
import { historyRecipe } from "./generate/draw.ts";
import type { Emphasis } from "./generate/emphasis.ts";
import type { HistoryRecipe } from "./generate/recipe.ts";
import { compare, type Difference } from "./harness.ts";
import { describeDifference, describeDisagreement, describeHistory } from "./report.ts";
import type { Statistics } from "./statistics.ts";
import type { Subject } from "./subject.ts";

export interface SearchOptions {
  readonly histories: number;
  readonly seed: number;
  /** Where among the seed's histories to begin, as a failure printed it. */
  readonly path?: string;
  /** How many smaller histories to try once one fails. @default 60 */
  readonly shrinks?: number;
  readonly statistics?: Statistics;
  /** What to draw more often. */
  readonly emphasis?: Emphasis;
  /** `false`: a run that ended by an unexpected error is passed over, so that only wrong results count. @default true */
  readonly errorsCount?: boolean;
  /** Told after every history how many were tried. */
  readonly onHistory?: (tried: number) => void;
}

/** The smallest history found in which something is wrong. */
export interface Failure<Wrong> {
  readonly seed: number;
  /** With the seed it names the history: `--seed S --path P`. */
  readonly path: string;
  /** Histories until the first failure, that one included. */
  readonly tried: number;
  readonly history: History;
  readonly wrong: Wrong;
}

/** Draws histories until a subject is not as the model says, and looks for a smaller one of the same seed. */
export function searchDifference(subject: Subject, options: SearchOptions): Promise<Failure<Difference> | undefined> {
  // Elsewhere `HOME` is the user's or nobody's, and no step's business.
  const build = (recipe: HistoryRecipe): History =>
    historyOf(subject.system === "layered" || subject.system === "unique" ? recipe : without(recipe, ["home"]));
  return search(options, build, async (history, statistics) => {
    try {
      const difference = await compare(subject, history, statistics);
      return difference?.what === "error" && options.errorsCount === false ? undefined : difference;
    } catch (error) {
      if (options.errorsCount === false) return undefined;
      return { round: 0, step: undefined, what: "error", expected: "a verdict", actual: error instanceof Error ? error.stack : error };
    }
  });
}

/** Draws histories until subjects differ from each other. */
export function searchDisagreement(subjects: readonly Subject[], options: SearchOptions): Promise<Failure<Disagreement> | undefined> {
  return search(
    options,
    (recipe) => historyOf(without(recipe, ["draw", "home"])),
    (history) => agree(subjects, history),
  );
}

/** A failure for a reader, with what repeats it. */
export function describeFailure(subject: Subject, failure: Failure<Difference>): string {
  return [
    `${subject.name} is not as the model says, ${repeat(failure)}`,
    describeDifference(failure.wrong),
    describeHistory(failure.history),
  ].join("\n");
}

/** The same for subjects that differ from each other. */
export function describeDisagreeing(failure: Failure<Disagreement>): string {
  return [`two strategies differ, ${repeat(failure)}`, describeDisagreement(failure.wrong), describeHistory(failure.history)].join("\n");
}

function repeat({ tried, seed, path }: Failure<unknown>): string {
  return `after ${tried} histories. To repeat: --seed ${seed} --path ${path}`;
}

async function search<Wrong>(
  options: SearchOptions,
  build: (recipe: HistoryRecipe) => History,
  check: (history: History, statistics: Statistics | undefined) => Promise<Wrong | undefined>,
): Promise<Failure<Wrong> | undefined> {
  const { histories, seed, path } = options;
  let tried = 0;
  let shrinks: number | undefined;
  let last: { readonly history: History; readonly wrong: Wrong } | undefined;
  const property = fc.asyncProperty(historyRecipe(options.emphasis), async (recipe) => {
    if (shrinks === undefined) tried += 1;
    else if (shrinks-- <= 0) return true;
    const history = build(recipe);
    const wrong = await check(history, shrinks === undefined ? options.statistics : undefined);
    options.onHistory?.(tried);
    if (wrong === undefined) return true;
    shrinks ??= options.shrinks ?? 60;
    last = { history, wrong };
    return false;
  });
  const details = await fc.check(property, { numRuns: histories, seed, ...(path === undefined ? {} : { path }) });
  if (!details.failed) return undefined;
  if (last === undefined) throw new Error("A history could not be made or lived.", { cause: details.errorInstance });
  return { seed, path: details.counterexamplePath ?? "", tried, ...last };
}
