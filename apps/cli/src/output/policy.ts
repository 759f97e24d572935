import { formatDuration, type Policy } from "@fresco/pipeline";

/** A policy as its author would write it; `always runs` where there is none. */
export function describePolicy(policy: Policy): string {
  switch (policy.type) {
    case "none":
      return "always runs";
    case "forever":
      return "forever()";
    case "ttl":
      return `ttl("${formatDuration(policy.ttl)}")`;
    case "onChange":
      return `onChange(${policy.globs.map(({ pattern, optional }) => (optional ? `optional(${JSON.stringify(pattern)})` : JSON.stringify(pattern))).join(", ")})`;
    case "onValue":
      return `onValue(${policy.value})`;
    case "all":
      return `all(${policy.of.map(describePolicy).join(", ")})`;
  }
}
