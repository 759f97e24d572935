import { PipelineError } from "./problem.ts";

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/**
 * The one text for a JSON value: no white space, names in order of code units.
 * @throws PipelineError `ir.bad-value` for anything that JSON cannot say, naming the place.
 */
export function canonicalJson(value: unknown, place = "value"): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item, index) => canonicalJson(item, `${place}[${index}]`)).join(",")}]`;
  if (typeof value === "object" && isPlain(value)) {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, item]) => `${JSON.stringify(name)}:${canonicalJson(item, `${place}.${name}`)}`).join(",")}}`;
  }
  throw new PipelineError([
    {
      code: "ir.bad-value",
      path: "",
      message: `onValue() takes what JSON can say, and ${place} is ${describeValue(value)}.`,
      hint: "Give it strings, finite numbers, booleans, null, and lists or plain objects of these.",
    },
  ]);
}

/** A value's kind for a sentence: `a string`, `undefined`, `a Date`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined || (typeof value === "number" && !Number.isFinite(value))) return String(value);
  if (Array.isArray(value)) return "a list";
  if (typeof value !== "object") return `a ${typeof value}`;
  const name = isPlain(value) ? "object" : value.constructor.name;
  return `${/^[AEIOU]/i.test(name) ? "an" : "a"} ${name}`;
}

/** An object literal or one without prototype. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
