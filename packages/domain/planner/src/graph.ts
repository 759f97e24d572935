import type { IR, IRStep } from "@fresco/pipeline";

/** Steps by position, with their edges in both directions. */
export interface Graph {
  readonly ids: readonly string[];
  readonly positions: ReadonlyMap<string, number>;
  /** What must have ended before: parent, `uses`, `after`. A step that is named twice stands twice, here and in `behind`. */
  readonly before: readonly (readonly number[])[];
  readonly behind: readonly (readonly number[])[];
  /** Steps in the longest chain that starts here: what is started first where there is a choice. */
  readonly chain: Int32Array;
}

/** What a step stands on: its parent and what it uses. `after` is ordering only. */
export function needsOf(step: IRStep): readonly string[] {
  return step.parent === null ? step.uses : [step.parent, ...step.uses];
}

/** @throws Error for a cycle or an unknown reference: such an IR was not validated. */
export function graphOf(ir: IR): Graph {
  const ids = ir.steps.map(({ id }) => id);
  const positions = new Map(ids.map((id, position) => [id, position]));
  const before = ir.steps.map((step) => [...needsOf(step), ...step.after].map((id) => positionOf(positions, id)));
  const behind: number[][] = ids.map(() => []);
  before.forEach((list, position) => {
    for (const earlier of list) behind[earlier]?.push(position);
  });
  return { ids, positions, before, behind, chain: longestChains(before, behind) };
}

export function positionOf(positions: ReadonlyMap<string, number>, id: string): number {
  const position = positions.get(id);
  if (position === undefined) throw new Error(`there is no step "${id}"`);
  return position;
}

/** Kahn's algorithm against the edges: a step is settled when everything behind it is. */
function longestChains(before: readonly (readonly number[])[], behind: readonly (readonly number[])[]): Int32Array {
  const chain = new Int32Array(before.length).fill(1);
  const open = new Int32Array(behind.map((list) => list.length));
  const settled: number[] = [];
  behind.forEach((list, position) => {
    if (list.length === 0) settled.push(position);
  });
  for (const position of settled) {
    for (const earlier of before[position] ?? []) {
      chain[earlier] = Math.max(chain[earlier] ?? 1, (chain[position] ?? 1) + 1);
      open[earlier] = (open[earlier] ?? 0) - 1;
      // The list grows while it is walked: every step gets into it exactly once.
      if (open[earlier] === 0) settled.push(earlier);
    }
  }
  if (settled.length < before.length) throw new Error("the pipeline has a cycle");
  return chain;
}
