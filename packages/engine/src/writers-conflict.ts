import { conflictingPath, unrelatedPairs } from "@fresco/cache-keys";
import type { Reason } from "@fresco/lifecycle";
import { displayPath, type IRStep } from "@fresco/pipeline";
import type { LookupContext } from "./lookup.ts";

/**
 * Why a step cannot stand on what it `uses`: two steps that know nothing of each other wrote one path. The key does not tell, since it covers
 * layers and not who made them, so this is asked before a hit too. Whatever lies beneath a single step was asked for that step.
 */
export async function conflictBeneath(
  step: IRStep,
  { results, layers }: Pick<LookupContext, "results" | "layers">,
): Promise<Reason | undefined> {
  if (step.uses.length === 0) return undefined;
  const writers = [...new Map(results.workspace(step.id).map((writer) => [writer.layer.id, writer])).values()];
  for (const [below, above] of unrelatedPairs(writers)) {
    const [lower, upper] = [writers[below], writers[above]];
    if (lower === undefined || upper === undefined) continue;
    const path = conflictingPath(await layers.manifest(lower.layer), await layers.manifest(upper.layer));
    if (path === undefined) continue;
    return {
      type: "violation",
      code: "workspace.conflict",
      text: `the steps "${lower.step}" and "${upper.step}" both write ${displayPath(path)}, and neither stands on the other`,
      hint: "let one of the two be built on the other, or leave the path out of the outputs of one",
    };
  }
  return undefined;
}
