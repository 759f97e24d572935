import { bytePath, forever, onChange, optional, sh } from "@fresco/pipeline";
import { describe, expect, it } from "vitest";
import { Bench, containing } from "./bench.ts";

describe("Law 1: a cached step sees only what its key covers", () => {
  it("and is told which file it asked for in vain", async () => {
    await using bench = new Bench({ "src/config.json": "{}", "a.txt": "" });
    const { statuses, events } = await bench.run([sh("cat src/config.json", { id: "a", cache: onChange("a.txt") })]);
    expect(statuses).toEqual({ a: "failed" });
    const notice = events.find((event) => event.type === "notice" && event.code === "view.unseen");
    expect(notice).toMatchObject({
      job: "a",
      text: containing("src/config.json"),
      hint: containing('onChange("src/config.json"'),
    });
  });

  it("a step that sees everything is told nothing", async () => {
    await using bench = new Bench({ "a.txt": "" });
    expect((await bench.run([sh("echo a.txt; false", { id: "a" })])).notices("view.unseen")).toEqual([]);
  });

  it("every pattern that matches nothing is told before anything runs, and what git ignores of it", async () => {
    await using bench = new Bench({ "a.txt": "", "dist/out.js": "" });
    await bench.ports.source.ignore(["dist"]);
    const leaves = [
      sh("true", { id: "a", cache: onChange("dist", "a.txt") }),
      sh("true", { id: "b", cache: onChange("nothing") }),
      sh("true", { id: "c", cache: onChange(optional("nothing")) }),
    ];
    await expect(bench.run(leaves)).rejects.toMatchObject({
      code: "view.unmatched",
      kind: "input",
      message: containing(/step "a": onChange\("dist"\).*git ignores dist\/out\.js[^]*step "b": onChange\("nothing"\) matches nothing/),
    });
    expect(bench.sandbox.started).toEqual([]);
    expect(await bench.ports.store.runs.list()).toEqual([]);
  });
});

describe("Law 8: a layer never hides source that its step did not see", () => {
  const writing = sh("echo made > a.txt", { id: "a", cache: forever() });

  it("a step that writes such a path fails, with the two cures", async () => {
    await using bench = new Bench({ "a.txt": "source" });
    const { job } = await bench.run([writing]);
    expect(job("a")).toMatchObject({ status: "failed", exitCode: 0, reason: { type: "violation", code: "layer.hides-source" } });
    expect(job("a").reason).toMatchObject({
      text: containing("a.txt"),
      hint: containing(/onChange\("a\.txt".*outputs: \["a\.txt"/),
    });
    expect(await bench.ports.store.entries.list()).toEqual([]);
  });

  it("is checked again at every hit, when the source has got such a file meanwhile", async () => {
    await using bench = new Bench();
    expect((await bench.run([writing])).statuses).toEqual({ a: "passed" });
    await bench.write("a.txt", "source");
    expect((await bench.run([writing])).job("a")).toMatchObject({ status: "failed", reason: { code: "layer.hides-source" } });
    await bench.ports.source.remove(bytePath("a.txt"));
    expect((await bench.run([writing])).statuses).toEqual({ a: "cached" });
  });

  it("what the step sees, or names in its outputs, it may write", async () => {
    await using bench = new Bench({ "a.txt": "source" });
    const seen = sh("echo made > a.txt", { id: "seen", cache: onChange("a.txt") });
    const named = sh("echo made > a.txt", { id: "named", cache: forever(), outputs: ["a.txt"] });
    expect((await bench.run([seen, named.sh("cat a.txt", { id: "reader" })])).statuses).toMatchObject({ seen: "passed", named: "passed" });
  });
});
