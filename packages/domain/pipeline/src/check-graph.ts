import type { PartialStep } from "./partial.ts";
import type { Problem } from "./problem.ts";

/** Duplicate ids, references to nowhere, and cycles. Missing fields are passed over. */
export function checkGraph(steps: readonly PartialStep[]): readonly Problem[] {
  const byId = new Map<string, number>();
  const problems: Problem[] = [];
  for (const [index, { id }] of steps.entries()) {
    if (id === undefined) continue;
    const first = byId.get(id);
    if (first === undefined) byId.set(id, index);
    else problems.push(duplicate(id, steps[first], index));
  }
  for (const [index, step] of steps.entries()) {
    for (const { field, id } of references(step)) {
      if (!byId.has(id)) problems.push(unknown(id, `steps[${index}].${field}`));
    }
  }
  return [...problems, ...cycles(steps, byId)];
}

function references(step: PartialStep): readonly { readonly field: string; readonly id: string }[] {
  return [
    ...(typeof step.parent === "string" ? [{ field: "parent", id: step.parent }] : []),
    ...(step.uses ?? []).map((id, index) => ({ field: `uses[${index}]`, id })),
    ...(step.after ?? []).map((id, index) => ({ field: `after[${index}]`, id })),
  ];
}

/** One problem for each cycle that a walk along the references closes. Without recursion: chains are long. */
function cycles(steps: readonly PartialStep[], byId: ReadonlyMap<string, number>): readonly Problem[] {
  const problems: Problem[] = [];
  const needs = (index: number) => references(steps[index] ?? {}).flatMap(({ id }) => byId.get(id) ?? []);
  const done = new Set<number>();
  for (const start of steps.keys()) {
    const path = done.has(start) ? [] : [{ index: start, rest: needs(start).values() }];
    const onPath = new Set([start]);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.next().value;
      if (next === undefined) {
        path.pop();
        onPath.delete(top.index);
        done.add(top.index);
      } else if (onPath.has(next)) {
        problems.push(
          cycle(
            path.slice(path.findIndex(({ index }) => index === next)).map(({ index }) => steps[index]?.id ?? "?"),
            next,
          ),
        );
      } else if (!done.has(next)) {
        path.push({ index: next, rest: needs(next).values() });
        onPath.add(next);
      }
    }
  }
  return problems;
}

function duplicate(id: string, first: PartialStep | undefined, index: number): Problem {
  return {
    code: "ir.duplicate-id",
    path: `steps[${index}].id`,
    message: `Two steps have the id "${id}"${first?.command === undefined ? "" : `; the first runs ${JSON.stringify(first.command)}`}.`,
    hint: `Tell them apart: give one of them an id of its own, such as { id: "${id}-2" }.`,
  };
}

function unknown(id: string, path: string): Problem {
  return { code: "ir.unknown-reference", path, message: `There is no step "${id}".`, hint: "Name a step of this pipeline." };
}

function cycle(ids: readonly string[], index: number): Problem {
  return {
    code: "ir.cycle",
    path: `steps[${index}]`,
    message: `These steps need each other: ${[...ids, ids[0]].join(" → ")}.`,
    hint: "Remove one of these references.",
  };
}
