import type { IR } from "@fresco/pipeline";
import { type Graph, graphOf, needsOf, positionOf } from "./graph.ts";

export interface SelectionOptions {
  /** These steps and what they need. */
  readonly only?: readonly string[];
  /** This step and what depends on it execute; what they need comes from the cache where it can. */
  readonly from?: string;
}

/** Which steps take part in a run. */
export interface Selection {
  readonly steps: ReadonlySet<string>;
  /** Steps that execute whatever the cache holds. */
  readonly forced: ReadonlySet<string>;
}

export type Selected =
  | { readonly type: "selected"; readonly selection: Selection }
  /** Names that are no steps, each with the steps whose names are nearest. */
  | { readonly type: "unknown"; readonly names: readonly { readonly name: string; readonly near: readonly string[] }[] };

export function selectSteps(ir: IR, { only, from }: SelectionOptions): Selected {
  const ids = ir.steps.map(({ id }) => id);
  const unknown = [...(only ?? []), ...(from === undefined ? [] : [from])].filter((name) => !ids.includes(name));
  if (unknown.length > 0) return { type: "unknown", names: [...new Set(unknown)].map((name) => ({ name, near: nearest(name, ids) })) };
  const wanted = only === undefined ? undefined : closure(ir, only);
  if (from === undefined) return { type: "selected", selection: { steps: wanted ?? new Set(ids), forced: new Set() } };
  const behind = dependents(graphOf(ir), from);
  const forced = new Set([...behind].filter((id) => wanted?.has(id) ?? true));
  return { type: "selected", selection: { steps: wanted ?? closure(ir, [...behind]), forced } };
}

/** The steps and everything that they stand on. */
function closure(ir: IR, ids: readonly string[]): ReadonlySet<string> {
  const steps = new Map(ir.steps.map((step) => [step.id, step]));
  const found = new Set(ids);
  for (const id of found) {
    const step = steps.get(id);
    if (step !== undefined) for (const need of needsOf(step)) found.add(need);
  }
  return found;
}

function dependents(graph: Graph, id: string): ReadonlySet<string> {
  const found = new Set([positionOf(graph.positions, id)]);
  for (const position of found) for (const later of graph.behind[position] ?? []) found.add(later);
  return new Set([...found].flatMap((position) => graph.ids[position] ?? []));
}

/** At most three names within an edit distance that a slip of the fingers explains, nearest first. */
export function nearest(name: string, ids: readonly string[]): readonly string[] {
  const limit = Math.max(2, Math.floor(name.length / 3));
  return ids
    .map((id) => ({ id, distance: id.startsWith(name) ? 0 : editDistance(name, id) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ id }) => id);
}

/** Levenshtein's distance, by rows. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
