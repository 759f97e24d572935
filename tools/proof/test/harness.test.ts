import { describe, expect, it } from "vitest";
import { describeFailure, searchDifference } from "../src/search.ts";
import { Statistics } from "../src/statistics.ts";
import { modelSubject } from "../src/subject-model.ts";
import { flawedMemories } from "./flawed-memory.ts";

const SEED = 4;

it("finds a replaying model the same as a cold one, with hits of every policy", { timeout: 120_000 }, async () => {
  const statistics = new Statistics();
  const subject = modelSubject();
  const failure = await searchDifference(subject, { histories: 20, seed: SEED, statistics });
  expect(failure === undefined ? "" : describeFailure(subject, failure)).toBe("");
  expect(statistics.hitShare).toBeGreaterThanOrEqual(0.4);
  expect([...statistics.hits.keys()].sort()).toEqual(["all", "forever", "onChange", "onValue", "ttl"]);
});

describe("a memory that", () => {
  for (const [flaw, memory] of Object.entries(flawedMemories)) {
    it(`${flaw} is found out`, { timeout: 120_000 }, async () => {
      const failure = await searchDifference(modelSubject(memory), { histories: 200, seed: SEED, shrinks: 0 });
      expect(failure).toBeDefined();
    });
  }
});
