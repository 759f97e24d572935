import type { StepRequest } from "@fresco/ports";
import { makeSkeleton } from "./skeleton.ts";
import type { Skeleton, SkeletonFacts } from "./skeleton.ts";

/** Skeletons that were made: one for each base and set of toolchains, if steps share a directory; else one for each step. */
export class Skeletons {
  readonly #made = new Map<string, Promise<Skeleton>>();

  /** The skeleton for a step. Steps that start at once wait for the same one. */
  get(request: StepRequest, facts: SkeletonFacts): Promise<Skeleton> {
    const { shared, base } = request;
    if (shared === undefined) return makeSkeleton(request.scratch, base, facts);
    const name = JSON.stringify([shared, base, facts.bound]);
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const made = makeSkeleton(shared, base, facts);
    this.#made.set(name, made);
    // What failed once may be possible later.
    made.catch(() => this.#made.delete(name));
    return made;
  }
}
