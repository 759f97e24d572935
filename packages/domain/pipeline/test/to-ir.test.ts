import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  all,
  env,
  forever,
  onChange,
  onValue,
  optional,
  pipeline,
  PipelineError,
  policyGlobs,
  referencedSecrets,
  referencedVariables,
  scratch,
  secrets,
  sh,
  Step,
  target,
  toIR,
  ttl,
  wait,
  type IRStep,
  type Leaf,
  type Pipeline,
  type Problem,
} from "../src/index.ts";

const step = (leaf: Leaf): IRStep | undefined => toIR(pipeline("ci", [leaf])).steps.at(-1);

function reported(broken: Pipeline): readonly Problem[] {
  try {
    toIR(broken);
    return [];
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    return error.problems;
  }
}

/** `path code` of everything that is wrong. */
const problems = (broken: Pipeline) => reported(broken).map(({ path, code }) => `${path} ${code}`);

describe("toIR", () => {
  it("says every default", () => {
    expect(toIR(pipeline("ci", [sh("make", { id: "make" })]))).toEqual({
      version: 1,
      pipeline: "ci",
      env: {},
      base: { type: "host" },
      toolchains: [],
      steps: [
        {
          id: "make",
          command: "make",
          parent: null,
          after: [],
          uses: [],
          env: {},
          cwd: ".",
          shell: ["/bin/sh", "-e"],
          cache: { type: "none" },
          outputs: null,
          git: false,
        },
      ],
    });
  });

  it("carries every option", () => {
    const lint = sh("lint", { id: "lint" });
    const options = {
      label: "Test",
      env: { A: "1", B: env("B", "b"), C: env("C"), D: secrets.D ?? "" },
      cwd: "./app//x/",
      shell: "/bin/bash -eu",
      outputs: ["dist"],
      after: [lint],
    };
    expect(step(lint.sh("test", { ...options, uses: [sh("gen", { id: "gen" })], timeout: "1h30m", grace: 500, git: true }))).toEqual({
      id: "test",
      label: "Test",
      command: "test",
      parent: "lint",
      after: ["lint"],
      uses: ["gen"],
      env: { A: "1", B: { env: "B", default: "b" }, C: { env: "C" }, D: { secret: "D" } },
      cwd: "app/x",
      shell: ["/bin/bash", "-eu"],
      cache: { type: "none" },
      outputs: ["dist"],
      timeout: 5_400_000,
      grace: 500,
      git: true,
    });
  });

  it("compiles policies", () => {
    const cache = all(onChange("a", optional("b")), ttl("7d"), onValue({ b: [1, null], a: "x" }), forever());
    expect(step(sh("x", { cache }))?.cache).toEqual({
      type: "all",
      of: [
        {
          type: "onChange",
          globs: [
            { pattern: "a", optional: false },
            { pattern: "b", optional: true },
          ],
        },
        { type: "ttl", ttl: 604_800_000 },
        { type: "onValue", value: '{"a":"x","b":[1,null]}' },
        { type: "forever" },
      ],
    });
  });

  it("puts bases on first steps and adds no step for scratch()", () => {
    expect(step(scratch({ rootfs: "root" }).sh("x"))?.base).toEqual({ type: "rootfs", path: "root" });
    expect(step(sh("x", { image: "i" }))?.base).toEqual({ type: "image", image: "i" });
    expect(toIR(pipeline("ci", [sh("x")], { image: "i" })).base).toEqual({ type: "image", image: "i" });
    expect(toIR(pipeline("ci", [scratch({ image: "i" }).sh("x")])).steps).toHaveLength(1);
  });

  it("takes leaves from a function and makes a target's step once", () => {
    const build = target("build", () => sh("make"));
    const ir = toIR(pipeline("ci", () => [build().sh("test"), build().sh("lint")]));
    expect(ir.steps.map(({ command }) => command)).toEqual(["make", "test", "lint"]);
  });

  it("follows chains of any length", () => {
    let last = sh("0");
    for (let i = 1; i < 20_000; i += 1) last = last.sh(String(i));
    expect(toIR(pipeline("ci", [last])).steps).toHaveLength(20_000);
  });

  it("does not see what happens to options afterwards", () => {
    const outputs = ["dist"];
    const made = sh("x", { outputs });
    outputs.push("more");
    expect(step(made)?.outputs).toEqual(["dist"]);
  });

  it("reports everything at once, each with where it was written", () => {
    // @ts-expect-error pipeline files are not type-checked before they run
    const untyped = sh("", { cahce: forever(), timeout: "7x", env: { A: undefined, B: 1, C: "" }, after: [wait()], outputs: ["../x"] });
    const broken = pipeline("c i", [
      untyped,
      sh("x", { id: "x", cwd: "..", git: true, cache: forever() }),
      sh("y", { id: "x", timeout: 0, env: { UID: "1", "1A": "" } }),
    ]);
    expect(problems(broken)).toEqual([
      "steps[0].cahce ir.unknown-field",
      "steps[0].env.A ir.wrong-type",
      "steps[0].env.B ir.wrong-type",
      "steps[0].after ir.misused-wait",
      "steps[0].timeout ir.bad-duration",
      "pipeline ir.bad-name",
      "steps[0].command ir.empty-command",
      "steps[0].outputs[0] ir.bad-glob",
      "steps[1].cwd ir.bad-cwd",
      "steps[1].git ir.git-cached",
      "steps[2].env.UID ir.bad-env-name",
      "steps[2].env.1A ir.bad-env-name",
      "steps[2].timeout ir.bad-duration",
      "steps[2].id ir.duplicate-id",
    ]);
    expect(broken).toSatisfy((each: Pipeline) => reported(each).every(({ stack }) => stack?.includes("to-ir.test.ts")));
  });

  it("refuses what is no leaf, saying what to write", () => {
    const build = target("build", () => sh("make"));
    // @ts-expect-error pipeline files are not type-checked before they run
    expect(() => toIR(pipeline("ci", [build]))).toThrow(
      "leaves[0]: A leaf of the pipeline is a function. It must be a step: call the target, as in build().",
    );
    expect(problems(pipeline("ci", []))).toEqual(["steps ir.empty-pipeline"]);
    expect(problems(pipeline("ci", [wait(), wait()]))).toEqual(["steps ir.empty-pipeline"]);
  });

  it("tells duplicates apart by saying how", () => {
    expect(() => toIR(pipeline("ci", [sh("x", { id: "a" }), sh("y", { id: "a" })]))).toThrow(
      'steps[1].id: Two steps have the id "a"; the first runs "x". Tell them apart: give one of them an id of its own, such as { id: "a-2" }.',
    );
  });

  it("names the targets that need each other", () => {
    const a: () => Step = target("a", () => b());
    const b: () => Step = target("b", () => a());
    expect(() => a()).toThrow('The target "a" needs itself: a → b → a.');
  });
});

describe("references", () => {
  it("refuse to become text, saying where they belong", () => {
    // oxlint-disable-next-line typescript/no-base-to-string, typescript/restrict-template-expressions -- that it throws is the point
    expect(() => `echo ${env("HOST")}`).toThrow(
      'env("HOST") has no value while the pipeline is loaded: it is resolved when the run starts. Pass it as env: { HOST: env("HOST") } and write $HOST in the command.',
    );
    // oxlint-disable-next-line typescript/no-base-to-string, typescript/restrict-template-expressions -- that it throws is the point
    expect(() => `${secrets.TOKEN}`).toThrow("secrets.TOKEN has no value");
    expect(() => JSON.stringify({ a: env("A") })).toThrow('env("A") has no value');
    // @ts-expect-error pipeline files are not type-checked before they run
    expect(() => onValue(env("A"))).toThrow("onValue() takes what JSON can say, and value is an EnvReference.");
  });

  it("are listed once, sorted", () => {
    const ir = toIR(
      pipeline("ci", [sh("x", { env: { A: env("Z"), B: secrets.S ?? "" } }), sh("y", { env: { A: env("Z") } })], { env: { C: env("B") } }),
    );
    expect(referencedVariables(ir)).toEqual(["B", "Z"]);
    expect(referencedSecrets(ir)).toEqual(["S"]);
  });
});

describe("policyGlobs", () => {
  it("is everything for no policy, nothing where no source is seen, and the lists of a union", () => {
    const a = { pattern: "a", optional: false };
    expect(policyGlobs({ type: "none" })).toBe("everything");
    expect(policyGlobs({ type: "forever" })).toEqual([]);
    expect(
      policyGlobs({
        type: "all",
        of: [
          { type: "onChange", globs: [a] },
          { type: "ttl", ttl: 1 },
          { type: "onChange", globs: [] },
        ],
      }),
    ).toEqual([[a], []]);
    expect(policyGlobs({ type: "all", of: [{ type: "none" }, { type: "forever" }] })).toBe("everything");
  });
});

describe("wait()", () => {
  const after = (leaves: readonly Leaf[]) =>
    Object.fromEntries(toIR(pipeline("ci", leaves)).steps.map(({ id, after: edges }) => [id, edges]));
  const [a, b, c] = ["a", "b", "c"].map((id) => sh(id, { id }));
  if (a === undefined || b === undefined || c === undefined) throw new Error("three steps");

  it("holds back what only later leaves need", () => {
    const shared = sh("s", { id: "s" });
    const early = shared.sh("early", { id: "early" });
    const late = shared.sh("late", { id: "late" });
    const deep = sh("deep", { id: "deep" }).sh("deeper", { id: "deeper" });
    expect(after([early, wait(), late, deep])).toEqual({ s: [], early: [], late: ["early"], deep: ["early"], deeper: [] });
  });

  it("loses no ordering when it stands twice, first, last or behind leaves that add nothing", () => {
    expect(after([wait(), a, wait(), wait(), b, wait()])).toEqual({ a: [], b: ["a"] });
    expect(after([a, b, wait(), a, wait(), c])).toEqual({ a: [], b: [], c: ["a", "b"] });
  });

  it("puts everything that only later leaves need after everything that came before", () => {
    const shape = fc.array(fc.record({ parent: fc.nat(30), after: fc.array(fc.nat(30), { maxLength: 2 }) }), {
      minLength: 1,
      maxLength: 15,
    });
    fc.assert(
      fc.property(shape, fc.array(fc.oneof(fc.nat(30), fc.constant("wait")), { minLength: 1, maxLength: 10 }), (nodes, list) => {
        const steps: Step[] = [];
        for (const [index, node] of nodes.entries()) {
          const options = { id: `s${index}`, after: node.after.flatMap((i) => steps[i] ?? []) };
          steps.push(steps[node.parent]?.sh("x", options) ?? sh("x", options));
        }
        const leaves = list.map((entry): Leaf => (typeof entry === "number" ? steps[entry % steps.length] : undefined) ?? wait());
        fc.pre(leaves.some((leaf) => leaf instanceof Step));
        const compiled = new Map(toIR(pipeline("ci", leaves)).steps.map((each) => [each.id, each]));
        const before = (id: string): ReadonlySet<string> => {
          const { parent, after: edges } = compiled.get(id) ?? { parent: null, after: [] };
          return new Set([...edges, ...(parent === null ? [] : [parent])].flatMap((need) => [need, ...before(need)]));
        };
        const written = (each: Step): readonly string[] => [
          each.options.id ?? "",
          ...[each.on, ...(each.options.after ?? [])].flatMap((need) => (need instanceof Step ? written(need) : [])),
        ];
        const earlier = new Set<string>();
        const group = new Set<string>();
        for (const leaf of [...leaves, wait()]) {
          if (leaf instanceof Step) {
            for (const id of written(leaf)) group.add(id);
            continue;
          }
          for (const id of group) if (!earlier.has(id)) expect([...before(id)]).toEqual(expect.arrayContaining([...earlier]));
          for (const id of group) earlier.add(id);
          group.clear();
        }
        expect(new Set(compiled.keys())).toEqual(earlier);
      }),
      { numRuns: 200 },
    );
  });
});
