/** An amount of memory: a number of bytes, or text made of a whole number and a unit of 1024: `"512m"`, `"2g"`. Units: `k`, `m`, `g`, `t`. */
export type Size = number | string;

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** Whole bytes; `undefined` when it is malformed or too large to be exact. */
export function parseSize(size: Size): number | undefined {
  const match = typeof size === "number" ? undefined : /^(\d+)([kmgt]?)b?$/i.exec(size);
  const bytes =
    typeof size === "number" ? size : Number(match?.[1] ?? Number.NaN) * (UNITS[(match?.[2] ?? "").toLowerCase()] ?? Number.NaN);
  return Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : undefined;
}
