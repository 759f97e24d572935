import type { Leaf } from "./pipeline.ts";
import { Step } from "./step.ts";

/** The steps of a pipeline, each after all that it needs, and whom `wait()` lets them wait for. */
export interface Collected {
  readonly steps: readonly Step[];
  /** Steps held back by a barrier → the steps that must pass first. Whatever needs a held step is held with it. */
  readonly held: ReadonlyMap<Step, readonly Step[]>;
}

/** Follows the leaves to everything that they need, group by group between barriers. */
export function collect(leaves: readonly Leaf[]): Collected {
  const seen = new Set<Step>();
  const held = new Map<Step, readonly Step[]>();
  // Every step seen before the current group is one of these or needed by one of these.
  let last: readonly Step[] = [];
  for (const group of groups(leaves)) {
    const fresh = group.flatMap((leaf) => reach(leaf, seen));
    if (fresh.length === 0) continue;
    const inGroup = new Set(fresh);
    const needed = new Set(fresh.flatMap(needs));
    if (last.length > 0) {
      for (const step of fresh) if (!needs(step).some((need) => inGroup.has(need))) held.set(step, last);
    }
    last = fresh.filter((step) => !needed.has(step));
  }
  return { steps: [...seen], held };
}

/** The steps that a step names, what it stands on first. */
function needs(step: Step): readonly Step[] {
  const { uses, after } = step.options;
  return [step.on, ...listed(uses), ...listed(after)].filter((need) => need instanceof Step);
}

function groups(leaves: readonly Leaf[]): readonly (readonly Step[])[] {
  const all: Step[][] = [[]];
  for (const leaf of leaves) {
    if (leaf instanceof Step) all.at(-1)?.push(leaf);
    else all.push([]);
  }
  return all;
}

/** Adds a leaf and what it needs to `seen`, needs first, and gives what was not there yet. Without recursion: chains are long. */
function reach(leaf: Step, seen: Set<Step>): readonly Step[] {
  const added: Step[] = [];
  const path = [{ step: leaf, rest: needs(leaf).values() }];
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const next = seen.has(top.step) ? undefined : top.rest.next().value;
    if (next !== undefined) {
      if (!seen.has(next)) path.push({ step: next, rest: needs(next).values() });
      continue;
    }
    path.pop();
    if (seen.has(top.step)) continue;
    seen.add(top.step);
    added.push(top.step);
  }
  return added;
}

/** Options come from files that nobody type-checked. */
function listed(steps: unknown): readonly unknown[] {
  return Array.isArray(steps) ? steps : [];
}
