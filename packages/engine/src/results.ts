import type { IR } from "@fresco/pipeline";
import { type Stack, stacksOf } from "@fresco/planner";
import type { LayerRef, StackedLayer } from "@fresco/ports";

/** What a step that passed (or hit) gives to those above it. A layer is absent where nothing changed. */
export interface StepLayers {
  readonly system: LayerRef | undefined;
  readonly workspace: LayerRef | undefined;
}

/** The layers beneath each step of one run, known as its ancestors finish. */
export class Results {
  readonly #layers = new Map<string, StepLayers>();
  readonly #stack: (id: string) => Stack;

  constructor(ir: IR) {
    this.#stack = stacksOf(ir);
  }

  set(step: string, layers: StepLayers): void {
    this.#layers.set(step, layers);
  }

  get(step: string): StepLayers | undefined {
    return this.#layers.get(step);
  }

  /** Has everything beneath this step given its layers? */
  complete(step: string): boolean {
    const { system, workspace } = this.#stack(step);
    return [...system, ...workspace].every((id) => this.#layers.has(id));
  }

  /** Bottom to top. */
  system(step: string): readonly LayerRef[] {
    return this.#stack(step).system.flatMap((id) => this.#layers.get(id)?.system ?? []);
  }

  /** Bottom to top. */
  workspace(step: string): readonly StackedLayer[] {
    return this.#stack(step).workspace.flatMap((id) => {
      const layer = this.#layers.get(id)?.workspace;
      return layer === undefined ? [] : [{ layer, step: id, ancestors: this.#stack(id).workspace }];
    });
  }
}
