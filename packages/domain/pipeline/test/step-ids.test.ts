import { describe, expect, it } from "vitest";
import { fnv1a64 } from "../src/fnv1a.ts";
import { pipeline, scratch, sh, slug, target, toIR, type Step } from "../src/index.ts";

const ids = (...leaves: readonly Step[]) => toIR(pipeline("ci", leaves)).steps.map(({ id }) => id);

describe("a step's id", () => {
  it("is the explicit one, else the slug of its label, else its target's name, else a hash", () => {
    const build = target("build it", () => sh("make"));
    expect(ids(sh("a", { id: "x", label: "Other" }), sh("b", { label: "Prüfe: Ünit-Tests!" }), build(), sh("c"))).toEqual([
      "x",
      "prufe-unit-tests",
      "build-it",
      expect.stringMatching(/^[0-9a-f]{12}$/),
    ]);
  });

  it("does not change when unrelated steps come and go", () => {
    const chain = () => sh("install").sh("test");
    expect(ids(sh("before"), chain(), sh("after")).slice(1, 3)).toEqual(ids(chain()));
  });

  it("depends on what the step stands on", () => {
    const all = ids(sh("a").sh("x"), sh("b").sh("x"), sh("x"), scratch({ image: "i" }).sh("x"), scratch({ rootfs: "r" }).sh("x"));
    expect(new Set(all).size).toBe(all.length);
  });

  it("falls back to the hash where a label has no letter", () => {
    expect(slug("🚀 --")).toBe("");
    expect(ids(sh("x", { label: "🚀" }))).toEqual(ids(sh("x")));
  });

  it("is hashed by FNV-1a with its published values", () => {
    expect(["", "a", "foobar"].map(fnv1a64)).toEqual(["cbf29ce484222325", "af63dc4c8601ec8c", "85944171f73967e8"]);
  });
});
