import type { IRStep } from "@fresco/pipeline";
import type { FrozenSource, MaterialisedView } from "@fresco/ports";
import type { StepView } from "./views.ts";

/** Materialised views of one run: made when a step first executes on one, shared by the steps that see the same, released at the end. */
export class Trees {
  readonly #source: FrozenSource;
  readonly #views: ReadonlyMap<string, StepView>;
  readonly #owner: string;
  readonly #made = new Map<string, Promise<MaterialisedView>>();

  constructor(source: FrozenSource, views: ReadonlyMap<string, StepView>, owner: string) {
    this.#source = source;
    this.#views = views;
    this.#owner = owner;
  }

  of(step: IRStep): Promise<MaterialisedView> {
    const view = this.#views.get(step.id) ?? { type: "everything" };
    const name =
      view.type === "everything" ? "everything" : view.entries.map(({ path, mode, object }) => `${mode} ${object} ${path}\0`).join("");
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const made = this.#source.materialise(view.type === "everything" ? "everything" : view.entries, this.#owner);
    this.#made.set(name, made);
    return made;
  }

  async release(): Promise<void> {
    const made = await Promise.allSettled(this.#made.values());
    this.#made.clear();
    await Promise.all(made.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value.release()] : [])));
  }
}
