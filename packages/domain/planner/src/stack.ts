import type { IR, IRStep } from "@fresco/pipeline";

/** Steps whose layers lie beneath a step, bottom to top, none twice. */
export interface Stack {
  /** Its ancestors: the chain of parents, the root first. */
  readonly system: readonly string[];
  /** What its ancestors saw and they themselves, then for each step that it `uses` what that one saw and itself. */
  readonly workspace: readonly string[];
}

/** Tells the stacks of one pipeline's steps; each is worked out once. */
export function stacksOf(ir: IR): (id: string) => Stack {
  const steps = new Map(ir.steps.map((step) => [step.id, step]));
  const known = new Map<string, Stack>();
  const stack = (id: string): Stack => {
    const found = known.get(id);
    if (found !== undefined) return found;
    const step = steps.get(id);
    if (step === undefined) throw new Error(`there is no step "${id}"`);
    const made = stackOf(step, stack);
    known.set(id, made);
    return made;
  };
  return stack;
}

function stackOf(step: IRStep, stack: (id: string) => Stack): Stack {
  const workspace = new Set<string>();
  const put = (id: string): void => {
    for (const beneath of stack(id).workspace) workspace.add(beneath);
    workspace.add(id);
  };
  if (step.parent !== null) put(step.parent);
  step.uses.forEach(put);
  return { system: step.parent === null ? [] : [...stack(step.parent).system, step.parent], workspace: [...workspace] };
}
