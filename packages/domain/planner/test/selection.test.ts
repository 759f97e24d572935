import { selectSteps, type SelectionOptions, stacksOf } from "@fresco/planner";
import { describe, expect, it } from "vitest";
import { irOf } from "./ir.ts";

const ir = irOf([
  { id: "install" },
  { id: "lint", parent: "install" },
  { id: "build", parent: "install" },
  { id: "assets" },
  { id: "package", parent: "build", uses: ["assets", "lint"] },
  { id: "publish", parent: "package", after: ["lint"] },
  { id: "notify", after: ["publish"] },
]);

function select(options: SelectionOptions): { steps: string[]; forced: string[] } {
  const selected = selectSteps(ir, options);
  if (selected.type === "unknown") throw new Error("every name of this test is a step");
  return { steps: [...selected.selection.steps].sort(), forced: [...selected.selection.forced].sort() };
}

describe("Selecting steps", () => {
  it("takes all without a wish", () => {
    expect(select({})).toEqual({ steps: ir.steps.map(({ id }) => id).sort(), forced: [] });
  });

  it("takes these and what they stand on; mere order brings nothing in", () => {
    expect(select({ only: ["build", "assets"] })).toEqual({ steps: ["assets", "build", "install"], forced: [] });
    expect(select({ only: ["notify"] })).toEqual({ steps: ["notify"], forced: [] });
    expect(select({ only: ["package"] })).toEqual({ steps: ["assets", "build", "install", "lint", "package"], forced: [] });
  });

  it("from a step forces it and all that comes behind it, and takes what those stand on", () => {
    expect(select({ from: "package" })).toEqual({
      steps: ["assets", "build", "install", "lint", "notify", "package", "publish"],
      forced: ["notify", "package", "publish"],
    });
    expect(select({ from: "notify" })).toEqual({ steps: ["notify"], forced: ["notify"] });
  });

  it("combines both: of these steps, those from that one on are forced", () => {
    expect(select({ only: ["package"], from: "build" })).toEqual({
      steps: ["assets", "build", "install", "lint", "package"],
      forced: ["build", "package"],
    });
  });

  it("names every unknown step once, with what it may have meant", () => {
    expect(selectSteps(ir, { only: ["biuld", "lint", "zzzzzz", "zzzzzz"], from: "pub" })).toEqual({
      type: "unknown",
      names: [
        { name: "biuld", near: ["build"] },
        { name: "zzzzzz", near: [] },
        { name: "pub", near: ["publish"] },
      ],
    });
  });
});

describe("What lies beneath a step", () => {
  const stack = stacksOf(ir);

  it("is nothing for a root", () => {
    expect(stack("install")).toEqual({ system: [], workspace: [] });
  });

  it("is its chain of parents, the root first, then what it uses with theirs, none twice", () => {
    expect(stack("package")).toEqual({ system: ["install", "build"], workspace: ["install", "build", "assets", "lint"] });
  });

  it("is for a child what its parent saw and the parent itself", () => {
    expect(stack("publish")).toEqual({
      system: ["install", "build", "package"],
      workspace: ["install", "build", "assets", "lint", "package"],
    });
  });

  it("is nothing that it merely comes after", () => {
    expect(stack("notify")).toEqual({ system: [], workspace: [] });
  });

  it("is asked of steps only", () => {
    expect(() => stack("nothing")).toThrow('there is no step "nothing"');
  });
});
