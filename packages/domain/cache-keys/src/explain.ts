import type { BytePath } from "@fresco/pipeline";
import type { KeyFields, ViewEntry, ViewMode } from "./fields.ts";

/** What stands in a field that holds one value. */
export type FieldValue = string | number | readonly string[] | null;

/** One thing that tells two sets of key fields apart. `undefined` on a side: it is not there. */
export type Difference =
  | { readonly field: "base" | "command" | "shell" | "cwd" | "outputs" | "values"; readonly before: FieldValue; readonly after: FieldValue }
  | {
      readonly field: "sandbox";
      readonly part: "kind" | "capabilities" | "workspace";
      readonly before: FieldValue;
      readonly after: FieldValue;
    }
  | {
      readonly field: "options";
      readonly option: "user" | "network" | "mounts" | "cpus" | "memory";
      readonly before: FieldValue;
      readonly after: FieldValue;
    }
  /** `position` counts from 0 at the bottom of the stack. */
  | {
      readonly field: "layers";
      readonly stack: "system" | "workspace";
      readonly position: number;
      readonly before: string | undefined;
      readonly after: string | undefined;
    }
  | {
      readonly field: "env" | "inherited" | "secrets";
      readonly name: string;
      readonly before: string | undefined;
      readonly after: string | undefined;
    }
  | {
      readonly field: "view";
      readonly path: BytePath;
      readonly change: ViewChange;
      readonly before: ViewFile | undefined;
      readonly after: ViewFile | undefined;
    };

export type ViewChange = "added" | "removed" | "mode" | "content" | "mode-and-content";

export interface ViewFile {
  readonly mode: ViewMode;
  readonly object: string;
}

/**
 * What changed from one set of fields to the other, in the order of the fields; within one, by name, position or path. Empty exactly when
 * both have the same key. Stored fields have their variables sealed: {@link redact} the others with the same seal first.
 */
export function explain(before: KeyFields, after: KeyFields): Difference[] {
  return [
    ...sandboxDifferences(before, after),
    ...plain("base", before, after),
    ...layerDifferences("system", before, after),
    ...layerDifferences("workspace", before, after),
    ...plain("command", before, after),
    ...plain("shell", before, after),
    ...plain("cwd", before, after),
    ...named("env", before, after),
    ...named("secrets", before, after),
    ...plain("outputs", before, after),
    ...optionDifferences(before, after),
    ...plain("values", before, after),
    ...named("inherited", before, after),
    ...viewDifferences(before.view, after.view),
  ];
}

function plain(field: "base" | "command" | "shell" | "cwd" | "outputs" | "values", before: KeyFields, after: KeyFields): Difference[] {
  return same(before[field], after[field]) ? [] : [{ field, before: before[field], after: after[field] }];
}

function sandboxDifferences({ sandbox: before }: KeyFields, { sandbox: after }: KeyFields): Difference[] {
  const parts = ["kind", "capabilities", "workspace"] as const;
  return parts.flatMap((part) =>
    same(before[part], after[part]) ? [] : [{ field: "sandbox", part, before: before[part], after: after[part] }],
  );
}

function optionDifferences({ options: before }: KeyFields, { options: after }: KeyFields): Difference[] {
  const values = (options: KeyFields["options"]) => ({
    user: options.user,
    network: options.network,
    mounts: options.mounts,
    cpus: options.resources.cpus,
    memory: options.resources.memory,
  });
  const [old, current] = [values(before), values(after)];
  const names = ["user", "network", "mounts", "cpus", "memory"] as const;
  return names.flatMap((option) =>
    same(old[option], current[option]) ? [] : [{ field: "options", option, before: old[option], after: current[option] }],
  );
}

function layerDifferences(stack: "system" | "workspace", { layers: before }: KeyFields, { layers: after }: KeyFields): Difference[] {
  const [old, current] = [before[stack], after[stack]];
  return Array.from({ length: Math.max(old.length, current.length) }, (_, position) => position)
    .filter((position) => old[position] !== current[position])
    .map((position) => ({ field: "layers", stack, position, before: old[position], after: current[position] }));
}

function named(field: "env" | "inherited" | "secrets", before: KeyFields, after: KeyFields): Difference[] {
  const [old, current] = [new Map(Object.entries(before[field])), new Map(Object.entries(after[field]))];
  return [...new Set([...old.keys(), ...current.keys()])]
    .sort()
    .filter((name) => old.get(name) !== current.get(name))
    .map((name) => ({ field, name, before: old.get(name), after: current.get(name) }));
}

function viewDifferences(before: readonly ViewEntry[], after: readonly ViewEntry[]): Difference[] {
  const differences: Difference[] = [];
  let [i, j] = [0, 0];
  for (;;) {
    const [old, current] = [before[i], after[j]];
    if (old === undefined && current === undefined) return differences;
    if (current === undefined || (old !== undefined && old.path < current.path)) {
      if (old !== undefined) differences.push({ field: "view", path: old.path, change: "removed", before: file(old), after: undefined });
      i += 1;
    } else if (old === undefined || current.path < old.path) {
      differences.push({ field: "view", path: current.path, change: "added", before: undefined, after: file(current) });
      j += 1;
    } else {
      const change = fileChange(old, current);
      if (change !== undefined) differences.push({ field: "view", path: old.path, change, before: file(old), after: file(current) });
      i += 1;
      j += 1;
    }
  }
}

function fileChange(before: ViewEntry, after: ViewEntry): ViewChange | undefined {
  if (before.mode === after.mode) return before.object === after.object ? undefined : "content";
  return before.object === after.object ? "mode" : "mode-and-content";
}

function file({ mode, object }: ViewEntry): ViewFile {
  return { mode, object };
}

function same(before: FieldValue, after: FieldValue): boolean {
  if (!Array.isArray(before) || !Array.isArray(after)) return before === after;
  return before.length === after.length && before.every((item, index) => item === after[index]);
}
