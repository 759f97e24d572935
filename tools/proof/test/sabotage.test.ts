import { afterAll, describe, expect, it } from "vitest";
import { sabotages } from "../src/sabotage/index.ts";
import { searchDifference } from "../src/search.ts";
import { engineSubject, unavailable, type Surroundings } from "../src/subject-engine.ts";
import { leftDirectories } from "../src/temporary.ts";

const OVERLAY: Surroundings = { sandbox: "linux", strategy: "overlay" };
const SEED = 2;
const BUDGET = 60;

afterAll(() => expect(leftDirectories()).toEqual([]));

describe("a difference is noticed where", () => {
  for (const sabotage of sabotages) {
    it(sabotage.name, { timeout: 300_000 }, async (t) => {
      const surroundings = sabotage.sandbox === undefined ? OVERLAY : { sandbox: sabotage.sandbox };
      const why = await unavailable(surroundings);
      t.skip(why !== undefined, why);
      const subject = engineSubject(surroundings, sabotage);
      t.skip(sabotage.needsSystem === true && subject.system !== "layered", "the sandbox keeps no system layers here");
      const { emphasis } = sabotage;
      const failure = await searchDifference(subject, { histories: BUDGET, seed: SEED, shrinks: 0, emphasis, errorsCount: false });
      expect(failure).toBeDefined();
    });
  }
});
