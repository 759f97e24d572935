import fc from "fast-check";
import { editRecipe } from "./draw-edit.ts";
import { sourcePath, word } from "./draw-operation.ts";
import { stepRecipe } from "./draw-step.ts";
import type { Emphasis } from "./emphasis.ts";
import type { HistoryRecipe } from "./recipe.ts";

/** Draws pipelines of two to seven steps, and three to eight rounds; the first round has the initial source. */
export function historyRecipe(emphasis: Emphasis = {}): fc.Arbitrary<HistoryRecipe> {
  return fc.record({
    steps: fc.array(stepRecipe(emphasis), { minLength: 2, maxLength: 7, size: "max" }),
    source: fc.array(fc.record({ type: fc.constant("write"), path: sourcePath, text: word }), { minLength: 4, maxLength: 10, size: "max" }),
    rounds: fc.array(fc.array(editRecipe(emphasis), { minLength: 0, maxLength: 2 }), { minLength: 2, maxLength: 7, size: "max" }),
  });
}
