import { canonicalJson, type Json } from "./canonical-json.ts";
import type { Duration } from "./duration.ts";
import type { GlobPattern } from "./ir.ts";

/** When a step's result may be used again, and what of the source the step sees. Without one a step always runs and sees everything. */
export type CachePolicy =
  | { readonly type: "forever" }
  | { readonly type: "ttl"; readonly ttl: Duration }
  | { readonly type: "onChange"; readonly globs: readonly GlobPattern[] }
  | { readonly type: "onValue"; readonly value: string }
  | { readonly type: "all"; readonly of: readonly CachePolicy[] };

/** Sees no source; a result is good for ever. */
export function forever(): CachePolicy {
  return Object.freeze({ type: "forever" });
}

/** Sees no source; a result is good until it is this old. */
export function ttl(age: Duration): CachePolicy {
  return Object.freeze({ type: "ttl", ttl: age });
}

/**
 * Sees the files that match, and only these; a result is good while none of them changes. Globs are gitignore patterns from the
 * project's root: `dir` means `dir/**`, `!` takes back, the last match wins. One that matches nothing is an error unless {@link optional}.
 */
export function onChange(...globs: readonly (string | GlobPattern)[]): CachePolicy {
  return Object.freeze({
    type: "onChange",
    globs: Object.freeze(globs.map((glob) => (typeof glob === "string" ? globPattern(glob, false) : glob))),
  });
}

/** Sees no source; a result is good while the value is the same. */
export function onValue(value: Json): CachePolicy {
  return Object.freeze({ type: "onValue", value: canonicalJson(value) });
}

/** Sees what any of the policies lets in; a result is good while all of them say so. */
export function all(...policies: readonly CachePolicy[]): CachePolicy {
  return Object.freeze({ type: "all", of: Object.freeze([...policies]) });
}

/** A glob for {@link onChange} that may match nothing. */
export function optional(glob: string): GlobPattern {
  return globPattern(glob, true);
}

function globPattern(pattern: string, isOptional: boolean): GlobPattern {
  return Object.freeze({ pattern, optional: isOptional });
}
