import type { KeyFields } from "./fields.ts";

/**
 * The fields as they may be stored: every value of a declared or inherited variable replaced by its seal (an HMAC under a key local to the
 * store). The same value under the same seal stays comparable, so {@link explain} works on two redacted sets.
 */
export function redact(fields: KeyFields, seal: (value: string) => string): KeyFields {
  return { ...fields, env: sealed(fields.env, seal), inherited: sealed(fields.inherited, seal) };
}

function sealed(values: Readonly<Record<string, string>>, seal: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, seal(value)]));
}
