import { fnv1a64 } from "./fnv1a.ts";
import { slug } from "./slug.ts";
import { Step } from "./step.ts";
import { targetName } from "./target.ts";

/** Each step's id. `steps` in an order in which a step comes after what it stands on. Duplicates are left to validation. */
export function stepIds(steps: readonly Step[]): ReadonlyMap<Step, string> {
  const ids = new Map<Step, string>();
  for (const step of steps) ids.set(step, given(step) ?? hashed(step, ids));
  return ids;
}

function given(step: Step): string | undefined {
  const { id, label } = step.options;
  if (typeof id === "string") return id;
  const name = typeof label === "string" ? slug(label) : slug(targetName(step) ?? "");
  return name === "" ? undefined : name;
}

/** Depends on what the step stands on and its command alone, so that other steps may come and go. */
function hashed(step: Step, ids: ReadonlyMap<Step, string>): string {
  const ground = step.on instanceof Step ? ["step", ids.get(step.on)] : ["base", step.on?.base ?? step.options.image];
  return fnv1a64(JSON.stringify([...ground, step.command])).slice(-12);
}
