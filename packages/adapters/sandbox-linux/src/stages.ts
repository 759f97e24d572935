import type { StepRequest } from "@fresco/ports";
import { isWithin } from "./toolchains.ts";
import type { RootFacts } from "./root.ts";
import { Stage } from "./stage.ts";
import type { StepUser } from "./step-user.ts";

/** Mounted systems that wait for their next step. Steps that run at once have one each. */
export class Stages {
  readonly #free = new Map<string, { readonly shared: string; readonly stages: Stage[] }>();

  /** A system for this step, as it would be if it were made for it. */
  async take(request: StepRequest, facts: RootFacts, user: StepUser | undefined): Promise<Stage | { readonly refused: string }> {
    const { stages } = this.#freeFor(request, facts) ?? { stages: [] };
    for (let stage = stages.pop(); stage !== undefined; stage = stages.pop()) {
      if (stage.untouched) return stage;
      stage.close();
    }
    return Stage.make(request, facts, user);
  }

  /** Takes it back from a step that has ended. Answers whether the step left it untouched. */
  giveBack(stage: Stage, request: StepRequest, facts: RootFacts): boolean {
    const { untouched } = stage;
    const free = this.#freeFor(request, facts);
    if (untouched && free !== undefined) free.stages.push(stage);
    else stage.close();
    return untouched;
  }

  /** Lets go of those below directories that are about to be removed. */
  forget(directories: readonly string[]): void {
    for (const [name, { shared, stages }] of this.#free) {
      if (!directories.some((directory) => isWithin(shared, directory))) continue;
      for (const stage of stages) stage.close();
      this.#free.delete(name);
    }
  }

  #freeFor(request: StepRequest, { bound }: RootFacts): { readonly shared: string; readonly stages: Stage[] } | undefined {
    const { shared, base, system, user, network } = request;
    if (shared === undefined) return undefined;
    const name = JSON.stringify([shared, base, system.map(({ path }) => path), bound, user, network]);
    const known = this.#free.get(name) ?? { shared, stages: [] };
    this.#free.set(name, known);
    return known;
  }
}
