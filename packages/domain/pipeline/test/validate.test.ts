import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { all, forever, onChange, pipeline, sh, toIR, ttl } from "../src/index.ts";
import { irJsonSchema, validate } from "../src/schema.ts";

const good = toIR(
  pipeline("ci", [sh("make", { id: "make", timeout: "1m", cache: all(onChange("src"), ttl("1d"), forever()) }).sh("test", { id: "test" })]),
);
const step = { ...good.steps[0], cache: { type: "none" } };
const problems = (value: unknown) => {
  const validation = validate(value);
  return validation.type === "valid" ? [] : validation.problems.map(({ path, code }) => `${path} ${code}`);
};

describe("validate", () => {
  it("takes what toIR gives, also through JSON", () => {
    expect(validate(JSON.parse(JSON.stringify(good)))).toEqual({ type: "valid", ir: good });
  });

  it.each<[string, unknown, readonly string[]]>([
    ["an empty pipeline", { ...good, steps: [] }, ["steps ir.empty-pipeline"]],
    ["an empty command", { ...good, steps: [{ ...step, command: " " }] }, ["steps[0].command ir.empty-command"]],
    ["a duplicate id", { ...good, steps: [step, step] }, ["steps[1].id ir.duplicate-id"]],
    [
      "unknown references",
      { ...good, steps: [{ ...step, after: ["x"], uses: ["y"] }] },
      ["steps[0].uses[0] ir.unknown-reference", "steps[0].after[0] ir.unknown-reference"],
    ],
    ["a cycle", { ...good, steps: [{ ...step, after: ["make"] }] }, ["steps[0] ir.cycle"]],
    [
      "an unknown field",
      { ...good, steps: [{ ...step, cahce: 1 }], extra: 1 },
      ["steps[0].cahce ir.unknown-field", "extra ir.unknown-field"],
    ],
    [
      "durations of zero and of fractions",
      { ...good, timeout: 0, steps: [{ ...step, timeout: 1.5 }] },
      ["timeout ir.bad-duration", "steps[0].timeout ir.bad-duration"],
    ],
    ["a directory outside the workspace", { ...good, steps: [{ ...step, cwd: "a/../.." }] }, ["steps[0].cwd ir.bad-cwd"]],
    ["an absolute directory", { ...good, steps: [{ ...step, cwd: "/etc" }] }, ["steps[0].cwd ir.bad-cwd"]],
    [
      "bad names of variables",
      { ...good, env: { "A-B": "1", PPID: { env: "1" } } },
      ["env.A-B ir.bad-env-name", "env.PPID ir.bad-env-name", "env.PPID ir.bad-env-name"],
    ],
    ["another version", { version: 2, steps: "other" }, ["version ir.unsupported-version"]],
    ["git with a cache", { ...good, steps: [{ ...step, git: true, cache: { type: "forever" } }] }, ["steps[0].git ir.git-cached"]],
    [
      "a base on a child",
      { ...good, steps: [step, { ...step, id: "b", parent: "make", base: { type: "host" } }] },
      ["steps[1].base ir.base-on-child"],
    ],
    [
      "policies with nothing in them",
      { ...good, steps: [{ ...step, cache: { type: "all", of: [{ type: "onChange", globs: [] }] } }] },
      ["steps[0].cache.of[0] ir.empty-policy"],
    ],
    [
      "a value that is not canonical",
      { ...good, steps: [{ ...step, cache: { type: "onValue", value: '{"b":1, "a":2}' } }] },
      ["steps[0].cache.value ir.bad-value"],
    ],
    ["a toolchain that is no place", { ...good, toolchains: ["bin", "~/ok", "/ok"] }, ["toolchains[0] ir.bad-toolchain"]],
    ["a missing field", { ...good, base: undefined }, ["base ir.missing-field"]],
    ["no object", "ir", [" ir.wrong-type"]],
  ])("refuses %s", (_, value, expected) => {
    expect(problems(value)).toEqual(expected);
  });

  it("reports broken structure and broken meaning together", () => {
    expect(
      problems({ ...good, extra: true, steps: [{ ...step, id: 7, command: "" }, { ...step, id: "b", parent: "nowhere" }, 7] }),
    ).toEqual([
      "steps[0].id ir.wrong-type",
      "steps[2] ir.wrong-type",
      "extra ir.unknown-field",
      "steps[0].command ir.empty-command",
      "steps[1].parent ir.unknown-reference",
    ]);
  });

  it("names a cycle by its steps", () => {
    const cyclic = ["a", "b", "c"].map((id, index, list) => ({ ...step, id, after: [list[(index + 1) % 3]] }));
    expect(validate({ ...good, steps: cyclic })).toMatchObject({ problems: [{ message: "These steps need each other: a → b → c → a." }] });
  });

  it("gives every problem a reason and a hint", () => {
    const validation = validate({ version: 1, steps: [{}, null, { ...step, cwd: ".." }] });
    if (validation.type === "valid") throw new Error("it is broken");
    for (const { message, hint } of validation.problems) {
      expect(message).toMatch(/^.+\.$/);
      expect(hint).toMatch(/^.+\.$/);
    }
  });
});

describe("the published JSON Schema", () => {
  it("is what the schema gives", () => {
    const published: unknown = JSON.parse(readFileSync(new URL("../../../../specs/ir-v1.schema.json", import.meta.url), "utf8"));
    expect(published).toEqual(irJsonSchema());
  });
});
