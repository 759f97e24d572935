import { describe, expect, it } from "vitest";
import { describeFailure, searchDifference } from "../src/search.ts";
import { Statistics } from "../src/statistics.ts";
import type { Outcome, Subject } from "../src/subject.ts";
import { modelSubject } from "../src/subject-model.ts";

const SEED = 4;

it("finds a replaying model the same as a cold one", async () => {
  const statistics = new Statistics();
  const subject = modelSubject();
  const failure = await searchDifference(subject, { histories: 8, seed: SEED, statistics });
  expect(failure === undefined ? "" : describeFailure(subject, failure)).toBe("");
  expect(statistics.results.get("cached")).toBeGreaterThan(0);
});

describe("notices a subject that gives", () => {
  const wrong: Readonly<Record<string, (outcome: Outcome) => Outcome>> = {
    status: (outcome) => (outcome.status === "cached" ? { ...outcome, status: "passed" } : outcome),
    "exit code": (outcome) => (outcome.exitCode === 0 ? outcome : { ...outcome, exitCode: 99 }),
    output: (outcome) => ({ ...outcome, output: `more\n${outcome.output}` }),
    // A digit of the mode of something in the archive.
    workspace: (outcome) => ({ ...outcome, output: outcome.output.replace("0000644", "0000640") }),
  };
  for (const [what, alter] of Object.entries(wrong)) {
    it(`another ${what}`, async () => {
      const failure = await searchDifference(altered(modelSubject(), alter), { histories: 40, seed: SEED, shrinks: 0 });
      expect(failure?.wrong.what).toBe(what);
    });
  }
});

it("prints a seed, a path and a history that can be read", async () => {
  const subject = altered(modelSubject(), (outcome) => ({ ...outcome, output: `more\n${outcome.output}` }));
  const failure = await searchDifference(subject, { histories: 5, seed: SEED, shrinks: 5 });
  const text = failure === undefined ? "" : describeFailure(subject, failure);
  expect(text).toMatch(/--seed 4 --path [\d:]+/);
  expect(text).toMatch(/output differs[\s\S]*round 0 at[\s\S]*edit \{"type":"source"[\s\S]*step s0 \{/);
});

it("passes errors over where only results count", async () => {
  const broken: Subject = {
    ...modelSubject(),
    open: async (project) => ({ ...(await modelSubject().open(project)), run: () => Promise.reject(new Error("broken")) }),
  };
  expect(await searchDifference(broken, { histories: 1, seed: SEED, shrinks: 0 })).toMatchObject({ wrong: { what: "error" } });
  expect(await searchDifference(broken, { histories: 1, seed: SEED, shrinks: 0, errorsCount: false })).toBeUndefined();
});

function altered(subject: Subject, alter: (outcome: Outcome) => Outcome): Subject {
  return {
    ...subject,
    open: async (project) => {
      const session = await subject.open(project);
      return {
        run: async (ir, conditions) => new Map([...(await session.run(ir, conditions))].map(([step, outcome]) => [step, alter(outcome)])),
        evict: (step) => session.evict(step),
        [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
      };
    },
  };
}
