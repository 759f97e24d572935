import { PipelineError } from "./problem.ts";
import { Step } from "./step.ts";

const names = new WeakMap<Step, string>();
const running: string[] = [];

/**
 * A named, memoised maker of steps: `const build = target("build", () => sh("make"))`; each call of `build()` gives the same step.
 * The name is the step's id where it has neither id nor label.
 */
export function target<T extends Step | readonly Step[]>(name: string, make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: guarded(name, make) };
    if (made.value instanceof Step && !names.has(made.value)) names.set(made.value, name);
    return made.value;
  };
}

/** The name of the target that made a step. */
export function targetName(step: Step): string | undefined {
  return names.get(step);
}

function guarded<T>(name: string, make: () => T): T {
  if (running.includes(name)) {
    const circle = [...running.slice(running.indexOf(name)), name].join(" → ");
    throw new PipelineError([
      {
        code: "ir.cycle",
        path: "",
        message: `The target "${name}" needs itself: ${circle}.`,
        hint: "Let one of them do without the other.",
      },
    ]);
  }
  running.push(name);
  try {
    return make();
  } finally {
    running.pop();
  }
}
