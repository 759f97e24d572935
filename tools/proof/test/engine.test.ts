import { afterAll, describe, expect, it } from "vitest";
import { describeDisagreeing, describeFailure, searchDifference, searchDisagreement } from "../src/search.ts";
import { Statistics } from "../src/statistics.ts";
import { engineSubject, unavailable, type Surroundings } from "../src/subject-engine.ts";
import { leftDirectories } from "../src/temporary.ts";

const OVERLAY: Surroundings = { sandbox: "linux", strategy: "overlay" };
const COPY: Surroundings = { sandbox: "linux", strategy: "copy" };
const HOST: Surroundings = { sandbox: "host" };
const DOCKER: Surroundings = { sandbox: "docker" };

/** Another one for each day's run would find more, and fail on days when nothing changed: that is what `run.ts` is for. */
const SEED = 2;
const LONG = 600_000;

afterAll(() => expect(leftDirectories()).toEqual([]));

describe("cached ≡ cold", () => {
  const isolated = new Statistics();
  const onHost = new Statistics();
  const plan: readonly (readonly [string, Surroundings, number, Statistics])[] = [
    ["overlay workspaces in the Linux sandbox", OVERLAY, 120, isolated],
    ["copied workspaces in the Linux sandbox", COPY, 50, isolated],
    ["the host sandbox", HOST, 50, onHost],
    ["containers of a Docker Engine", DOCKER, 4, isolated],
  ];
  for (const [name, surroundings, histories, statistics] of plan) {
    it(`for ${name}`, { timeout: LONG }, async (t) => {
      const why = await unavailable(surroundings);
      if (why !== undefined && process.env["CI"] !== undefined) throw new Error(`CI must have it: ${why}`);
      t.skip(why !== undefined, why);
      const subject = engineSubject(surroundings);
      const failure = await searchDifference(subject, { histories, seed: SEED, statistics });
      expect(failure === undefined ? "" : describeFailure(subject, failure)).toBe("");
    });
  }

  it("for enough hits, deletions and policies of every kind to mean something", (t) => {
    console.log(`Linux sandbox: ${String(isolated)}\nhost sandbox: ${String(onHost)}`);
    t.skip(isolated.histories === 0, "the Linux sandbox is not available");
    expect(isolated.hitShare).toBeGreaterThanOrEqual(0.4);
    expect(isolated.deleting).toBeGreaterThan(isolated.histories / 4);
    expect([...isolated.hits.keys()].sort()).toEqual(["all", "forever", "onChange", "onValue", "ttl"]);
    expect(isolated.refused).toBeGreaterThan(0);
  });

  it("for hits of every policy in the host sandbox, where nothing that others build on is cached", () => {
    expect([...onHost.hits.keys()].sort()).toEqual(["all", "forever", "onChange", "onValue", "ttl"]);
  });
});

it("containers give the same results and workspace layers of the same identity as namespaces", { timeout: LONG }, async (t) => {
  const why = (await unavailable(OVERLAY)) ?? (await unavailable(DOCKER));
  t.skip(why !== undefined, why);
  const subjects = [OVERLAY, DOCKER].map((surroundings) => engineSubject(surroundings));
  const failure = await searchDisagreement(subjects, { histories: 3, seed: SEED });
  expect(failure === undefined ? "" : describeDisagreeing(failure)).toBe("");
});

it("overlay, copy and host workspaces give the same results and layers of the same identity", { timeout: LONG }, async (t) => {
  const why = await unavailable(OVERLAY);
  t.skip(why !== undefined, why);
  const failure = await searchDisagreement(
    [OVERLAY, COPY, HOST].map((surroundings) => engineSubject(surroundings)),
    { histories: 12, seed: SEED },
  );
  expect(failure === undefined ? "" : describeDisagreeing(failure)).toBe("");
});
