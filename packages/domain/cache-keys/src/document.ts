/**
 * The text form under every key and digest. Each value is preceded by its length in code units and each list by its count, so two
 * different values never give the same text, whatever characters they hold.
 */
export function text(value: string): string {
  return `${value.length}:${value}`;
}

export function list<T>(items: readonly T[], encode: (item: T) => string): string {
  return `${items.length}[${items.map(encode).join("")}`;
}

/** Names in code-unit order, so that the order of insertion does not count. */
export function record(values: Readonly<Record<string, string>>): string {
  return list(Object.keys(values).sort(), (name) => text(name) + text(values[name] ?? ""));
}

export function nullable<T>(value: T | null, encode: (value: T) => string): string {
  return value === null ? "-" : `+${encode(value)}`;
}

/** @throws Error on NaN and infinities, which no field means. */
export function number(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`${value} cannot stand in a key`);
  return text(String(value));
}

/** @throws Error at the first item that does not stand strictly after the one before it, by byte. */
export function requireSorted(items: readonly { readonly path: string }[], what: string): void {
  let previous: string | undefined;
  for (const { path } of items) {
    if (previous !== undefined && path <= previous) {
      throw new Error(`${what} must be sorted by path, each once: ${JSON.stringify(path)} stands after ${JSON.stringify(previous)}`);
    }
    previous = path;
  }
}
