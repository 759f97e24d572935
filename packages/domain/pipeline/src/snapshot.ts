import { isPlain } from "./canonical-json.ts";

/** A frozen copy of lists and plain objects, all the way down; anything else is itself. Later changes of the original do not show. */
export function snapshot<T>(value: T): T;
export function snapshot(value: unknown): unknown {
  if (Array.isArray(value)) return snapshots(value);
  if (typeof value !== "object" || value === null || !isPlain(value)) return value;
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([name, item]) => [name, snapshot(item)])));
}

function snapshots(items: readonly unknown[]): readonly unknown[] {
  return Object.freeze(items.map((item) => snapshot(item)));
}
