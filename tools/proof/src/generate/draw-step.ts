import fc from "fast-check";
import type { Policy } from "../model/pipeline.ts";
import { anyPath, builtPath, operationOn } from "./draw-operation.ts";
import { type Emphasis, oneOf } from "./emphasis.ts";
import * as names from "./names.ts";
import type { Operation } from "./operation.ts";
import type { StepRecipe } from "./recipe.ts";

/** Stands for a step. */
export const step = fc.nat(20);
export const parent = fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 3, arbitrary: step });
export const outputs = fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constantFrom(...names.OUTPUTS) });
export const secret = fc.constantFrom(null, ...names.SECRETS.keys());
export const none: fc.Arbitrary<Policy> = fc.constant({ type: "none" });

const cwd = fc.oneof(
  { weight: 5, arbitrary: fc.constant(".") },
  { weight: 1, arbitrary: fc.constantFrom(...names.DIRECTORIES_TO_WORK_IN) },
);
const shell = fc.oneof({ weight: 6, arbitrary: fc.constant(names.SHELLS[0]) }, { weight: 1, arbitrary: fc.constantFrom(...names.SHELLS) });
const env = fc.dictionary(fc.constantFrom(...names.VARIABLES), fc.constantFrom("", "two words"), { maxKeys: 2 });
const secrets = secret.map((name): Readonly<Record<string, string>> => (name === null ? {} : { [names.SECRET_VARIABLE]: name }));
const uses = fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(step, { minLength: 1, maxLength: 2 }) });
const after = fc.oneof({ weight: 6, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(step, { minLength: 1, maxLength: 1 }) });

/** Hardly ever a pattern that must match: one that does not ends the run before it begins. */
const optional = fc.oneof({ weight: 12, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) });
const globs = fc.array(fc.record({ pattern: fc.constantFrom(...names.GLOBS), optional }), { minLength: 1, maxLength: 3 });

/** Draws a policy that caches. */
export function cached({ policies }: Emphasis): fc.Arbitrary<Policy> {
  const condition = oneOf<Policy>(policies, [
    [3, "forever", fc.record({ type: fc.constant("forever") })],
    [5, "onChange", fc.record({ type: fc.constant("onChange"), globs })],
    [2, "ttl", fc.record({ type: fc.constant("ttl"), ttl: fc.constantFrom(1_000, 60_000, 3_600_000) })],
    [2, "onValue", fc.record({ type: fc.constant("onValue"), value: fc.constantFrom('"1"', '"2"') })],
  ]);
  return oneOf<Policy>(policies, [
    [4, "one", condition],
    [1, "all", fc.record({ type: fc.constant("all"), of: fc.array(condition, { minLength: 1, maxLength: 3 }) })],
  ]);
}

/** Draws a step. What one that sees little writes where the source is would mostly break law 8; some of that is wanted. */
export function stepRecipe(emphasis: Emphasis): fc.Arbitrary<StepRecipe> {
  const operation = oneOf(undefined, [
    [30, "built", operationOn(builtPath, emphasis)],
    [1, "anywhere", operationOn(anyPath, emphasis)],
  ]);
  const careful = fc.array(operation, { minLength: 1, maxLength: 4 });
  const careless = fc.array(operationOn(anyPath, emphasis), { minLength: 1, maxLength: 5 });
  return oneOf(undefined, [
    [3, "cached", stepWith(cached(emphasis), careful)],
    [1, "uncached", stepWith(none, careless)],
  ]);
}

function stepWith(policy: fc.Arbitrary<Policy>, operations: fc.Arbitrary<readonly Operation[]>): fc.Arbitrary<StepRecipe> {
  return fc.record({ parent, uses, after, env, secrets, cwd, shell, policy, outputs, operations });
}
