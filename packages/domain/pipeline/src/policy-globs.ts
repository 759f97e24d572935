import type { GlobPattern, Policy } from "./ir.ts";

/**
 * What of the source a policy lets a step see: everything, or the union of what each list of globs lets in (no list: nothing).
 * The lists stay apart, so that a `!` of one takes nothing away from another.
 */
export function policyGlobs(policy: Policy): "everything" | readonly (readonly GlobPattern[])[] {
  if (policy.type === "none") return "everything";
  if (policy.type === "onChange") return [policy.globs];
  if (policy.type !== "all") return [];
  const parts = policy.of.map(policyGlobs);
  return parts.includes("everything") ? "everything" : parts.flatMap((part) => (part === "everything" ? [] : part));
}
