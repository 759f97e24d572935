import type { Disagreement } from "./agreement.ts";
import type { History, Round } from "./generate/history.ts";
import type { Difference } from "./harness.ts";
import type { Step } from "./model/pipeline.ts";
import type { Tree, TreeNode } from "./model/tree.ts";

/** A history for a reader: every round's edits, and the steps as far as they are not as they were. */
export function describeHistory(history: History): string {
  return history.rounds.map((round, index) => describeRound(round, index, history.rounds[index - 1])).join("\n");
}

/** What went wrong, and where. */
export function describeDifference(difference: Difference): string {
  const where = difference.step === undefined ? "the run" : `step ${difference.step}`;
  const both =
    difference.expected instanceof Map || difference.actual instanceof Map
      ? compareTrees(asTree(difference.expected), asTree(difference.actual))
      : [`expected: ${show(difference.expected)}`, `actual:   ${show(difference.actual)}`];
  return [`round ${difference.round}, ${where}: ${difference.what} differs`, ...both].join("\n");
}

/** Who gave what. */
export function describeDisagreement({ round, step, results }: Disagreement): string {
  return [`round ${round}, step ${step}`, ...Object.entries(results).map(([name, result]) => `  ${name}: ${JSON.stringify(result)}`)].join(
    "\n",
  );
}

function describeRound(round: Round, index: number, previous: Round | undefined): string {
  const known = new Map(previous?.pipeline.steps.map((step) => [step.id, describeStep(step, previous)]));
  const steps = round.pipeline.steps
    .map((step) => describeStep(step, round))
    .filter((text, at) => known.get(round.pipeline.steps[at]?.id ?? "") !== text);
  return [`round ${index} at ${round.conditions.now}`, ...round.edits.map((edit) => `  edit ${JSON.stringify(edit)}`), ...steps].join("\n");
}

function describeStep(step: Step, round: Round): string {
  const { command: _, id, ...rest } = step;
  const operations = (round.operations.get(id) ?? []).map((operation) => `      ${JSON.stringify(operation)}`);
  return [`  step ${id} ${JSON.stringify({ ...rest, env: { ...round.pipeline.env, ...step.env } })}`, ...operations].join("\n");
}

function asTree(value: unknown): Tree {
  return value instanceof Map ? value : new Map();
}

function compareTrees(expected: Tree, actual: Tree): string[] {
  const paths = [...new Set([...expected.keys(), ...actual.keys()])].sort();
  return paths.flatMap((path) => {
    const [right, seen] = [showNode(expected.get(path)), showNode(actual.get(path))];
    return right === seen ? [] : [`  ${path}: expected ${right}, actual ${seen}`];
  });
}

function showNode(node: TreeNode | undefined): string {
  if (node === undefined) return "nothing";
  return JSON.stringify("mode" in node ? { ...node, mode: node.mode.toString(8) } : node);
}

function show(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
