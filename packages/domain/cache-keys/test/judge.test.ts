import { judge } from "@fresco/cache-keys";
import type { Policy } from "@fresco/pipeline";
import { describe, expect, it } from "vitest";

const day = 24 * 3600 * 1000;
const weekly: Policy = { type: "ttl", ttl: 7 * day };
const onChange: Policy = { type: "onChange", globs: [{ pattern: "a.txt", optional: false }] };

function verdict(policy: Policy, age: number): string {
  const found = judge(policy, { createdAt: 1000 * day }, 1000 * day + age);
  return found.type === "hit" ? "hit" : found.why;
}

describe("An entry under the step's key", () => {
  it("never counts for a step without a policy", () => {
    expect(verdict({ type: "none" }, 0)).toBe("it has no cache policy");
    expect(verdict({ type: "all", of: [{ type: "forever" }, { type: "none" }] }, 0)).toBe("it has no cache policy");
  });

  it("counts at any age where the key says everything", () => {
    for (const policy of [{ type: "forever" }, onChange, { type: "onValue", value: "1" }] as const) {
      expect(verdict(policy, 10_000 * day)).toBe("hit");
      expect(verdict(policy, -1)).toBe("hit");
    }
  });

  it("counts under a ttl while it is younger than that", () => {
    expect(verdict(weekly, 0)).toBe("hit");
    expect(verdict(weekly, 7 * day - 1)).toBe("hit");
    expect(verdict(weekly, 7 * day)).toContain("old, and ttl is");
  });

  it("does not count under a ttl when it comes from the future", () => {
    expect(verdict(weekly, -1)).toBe("its entry comes from the future");
  });

  it("counts under several conditions when every one holds", () => {
    expect(verdict({ type: "all", of: [weekly, onChange] }, day)).toBe("hit");
    expect(verdict({ type: "all", of: [onChange, weekly, { type: "forever" }] }, 8 * day)).toContain("old, and ttl is");
  });
});
