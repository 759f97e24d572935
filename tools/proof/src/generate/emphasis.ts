import fc from "fast-check";
import type { Policy } from "../model/pipeline.ts";
import type { Operation } from "./operation.ts";
import type { EditRecipe, SourceEdit } from "./recipe.ts";

/** What a search should meet more often than it would by itself. */
export interface Emphasis {
  readonly operations?: readonly Operation["type"][];
  /** `shadow`: a file of the source appears where steps write. */
  readonly edits?: readonly (SourceEdit["type"] | EditRecipe["type"] | "shadow")[];
  readonly policies?: readonly Policy["type"][];
}

/** One thing that may be drawn: its weight beside the others', what it is called in an emphasis, and how it is drawn. */
export type Choice<T> = readonly [weight: number, label: string, arbitrary: fc.Arbitrary<T>];

const STRESS = 15;

/** Draws one of the choices, emphasised ones more often. */
export function oneOf<T>(emphasised: readonly string[] | undefined, choices: readonly Choice<T>[]): fc.Arbitrary<T> {
  return fc.oneof(
    ...choices.map(([weight, label, arbitrary]) => ({ weight: emphasised?.includes(label) ? weight * STRESS : weight, arbitrary })),
  );
}
