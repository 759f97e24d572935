import { forever, type IR, onChange, sh, type Step, ttl } from "@fresco/pipeline";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bench, containing, irOf } from "./bench.ts";

const decisions = async (bench: Bench, leaves: readonly Step[] | IR, options = {}) => {
  const { steps } = await bench.engine.plan(irOf(leaves), options);
  return Object.fromEntries(steps.map(({ step, decision }) => [step, decision]));
};

describe("A plan", () => {
  it("says what would run and what would hit, executes nothing and stores no run", async () => {
    await using bench = new Bench({ "a.txt": "1" });
    const build = sh("cat a.txt > out.txt", { id: "build", cache: onChange("a.txt") });
    const leaves = [build.sh("cat out.txt", { id: "child", cache: forever() }).sh("true", { id: "test" })];
    expect(await decisions(bench, leaves)).toEqual({ build: "execute", child: "undecided", test: "execute" });
    expect(bench.sandbox.started).toEqual([]);
    expect(await bench.ports.store.runs.list()).toEqual([]);
    await bench.run(leaves);
    expect(await decisions(bench, leaves)).toEqual({ build: "hit", child: "hit", test: "execute" });
  });

  it("says why, with the key and the newest entry to compare with", async () => {
    await using bench = new Bench({ "a.txt": "1" });
    const leaves = [sh("cat a.txt", { id: "a", cache: onChange("a.txt") }), sh("true", { id: "old", cache: ttl("1h") })];
    await bench.run(leaves);
    await bench.write("a.txt", "2");
    await bench.ports.clock.advance(2 * 60 * 60_000);
    const { steps } = await bench.engine.plan(irOf(leaves));
    expect(steps.map(({ why }) => why)).toEqual(["no entry has its key", "its entry is 2h old, and ttl is 1h"]);
    expect(steps[0]?.key).not.toBe(steps[0]?.entry?.key);
    expect(steps[1]?.key).toBe(steps[1]?.entry?.key);
  });

  it("passes over what is not selected, and executes what must execute", async () => {
    await using bench = new Bench();
    const install = sh("true", { id: "install", cache: forever() });
    const leaves = [install.sh("true", { id: "build", cache: forever() }), sh("true", { id: "other", after: [install], cache: forever() })];
    await bench.run(leaves);
    expect(await decisions(bench, leaves, { only: ["build"] })).toEqual({ install: "hit", build: "hit", other: "skipped" });
    expect(await decisions(bench, leaves, { only: ["other"] })).toEqual({ install: "skipped", build: "skipped", other: "hit" });
    expect(await decisions(bench, leaves, { from: "build" })).toEqual({ install: "hit", build: "execute", other: "skipped" });
  });

  it("rejects an unknown step with the nearest names", async () => {
    await using bench = new Bench();
    const unknown = bench.engine.plan(irOf([sh("true", { id: "build" })]), { only: ["biuld"] });
    await expect(unknown).rejects.toMatchObject({ code: "run.unknown-step", message: containing("did you mean build?") });
  });

  it("agrees with what a run then does", async () => {
    const step = fc.record({
      parent: fc.nat({ max: 3 }),
      policy: fc.constantFrom("none", "forever", "a", "b"),
      text: fc.constantFrom("x", "y"),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 4 }),
        fc.array(fc.constantFrom("a", "b"), { maxLength: 2 }),
        async (drafts, edits) => {
          await using bench = new Bench({ a: "1", b: "1" });
          const steps: Step[] = [];
          for (const [index, { parent, policy, text }] of drafts.entries()) {
            const on = parent < index ? steps[parent] : undefined;
            const cache = policy === "none" ? {} : { cache: policy === "forever" ? forever() : onChange(policy) };
            const options = { id: `s${index}`, ...cache };
            const command = `echo ${text} > out${index}`;
            steps.push(on === undefined ? sh(command, options) : on.sh(command, options));
          }
          await bench.run(steps);
          for (const [round, path] of ["", ...edits].entries()) {
            if (path !== "") await bench.write(path, `edit ${round}`);
            const planned = await decisions(bench, steps);
            const { statuses } = await bench.run(steps);
            for (const [id, decision] of Object.entries(planned)) {
              if (decision === "hit") expect(statuses[id]).toBe("cached");
              if (decision === "execute") expect(statuses[id]).toBe("passed");
            }
          }
        },
      ),
      { numRuns: 8 },
    );
  });
});

describe("A run of a part", () => {
  const leaves = () => {
    const install = sh("echo i > i.txt", { id: "install", cache: forever() });
    const build = install.sh("cat i.txt", { id: "build", cache: forever() });
    return [build, sh("cat i.txt", { id: "use", uses: [install] }), sh("true", { id: "after", after: [build] })];
  };

  it("only these and what they stand on; mere order brings nothing in", async () => {
    await using bench = new Bench();
    const used = await bench.run(leaves(), { only: ["use"] });
    expect(used.statuses).toEqual({ install: "passed", build: "skipped", use: "passed", after: "skipped" });
    expect(used.lines("use")).toEqual(["i"]);
    expect((await bench.run(leaves(), { only: ["after"] })).statuses).toMatchObject({ install: "skipped", after: "passed" });
  });

  it("from a step: it and what depends on it execute, the rest comes from the cache", async () => {
    await using bench = new Bench();
    await bench.run(leaves());
    expect((await bench.run(leaves(), { from: "build" })).statuses).toEqual({
      install: "cached",
      build: "passed",
      use: "skipped",
      after: "passed",
    });
  });
});
