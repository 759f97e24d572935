import { formatDuration, type Policy } from "@fresco/pipeline";

export type Verdict = { readonly type: "hit" } | { readonly type: "miss"; readonly why: string };

const HIT: Verdict = { type: "hit" };

/**
 * Does an entry under the step's key count, now (milliseconds, like `createdAt`)? Conditions on the source and on values are in the key already; what is
 * left is age. An entry from the future was stored under another clock: it is a miss.
 */
export function judge(policy: Policy, entry: { readonly createdAt: number }, now: number): Verdict {
  switch (policy.type) {
    case "none":
      return { type: "miss", why: "it has no cache policy" };
    case "forever":
    case "onChange":
    case "onValue":
      return HIT;
    case "ttl":
      return judgeAge(policy.ttl, now - entry.createdAt);
    case "all":
      return policy.of.map((part) => judge(part, entry, now)).find(({ type }) => type === "miss") ?? HIT;
  }
}

function judgeAge(ttl: number, age: number): Verdict {
  if (age < 0) return { type: "miss", why: "its entry comes from the future" };
  return age < ttl ? HIT : { type: "miss", why: `its entry is ${formatDuration(age)} old, and ttl is ${formatDuration(ttl)}` };
}
