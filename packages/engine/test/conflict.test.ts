import { forever, sh, type Step } from "@fresco/pipeline";
import { describe, expect, it } from "vitest";
import { Bench, containing, irOf } from "./bench.ts";

/** Steps that both write `path`, and what uses both. */
function pipelineOf(left: Step, right: Step): readonly Step[] {
  return [sh("cat path", { id: "both", uses: [left, right], cache: forever() }), sh("true", { id: "beside" })];
}

const left = sh("echo left >path", { id: "left", cache: forever() });
const apart = sh("echo right >path", { id: "right", cache: forever() });
const built = left.sh("echo right >path", { id: "right", cache: forever() });

describe("A step that uses two writers of one path", () => {
  it("fails and names them, and the rest goes on", async () => {
    await using bench = new Bench();
    const run = await bench.run(pipelineOf(left, apart), { keepGoing: true });
    expect(run.statuses).toEqual({ left: "passed", right: "passed", both: "failed", beside: "passed" });
    expect(run.job("both").reason).toMatchObject({
      type: "violation",
      code: "workspace.conflict",
      text: containing(/"left" and "right".*path/),
    });
    expect(bench.sandbox.started).not.toContain("both");
  });

  it("runs where one writer is built on the other, and does not hit once it is not", async () => {
    await using bench = new Bench();
    expect((await bench.run(pipelineOf(left, built))).statuses).toMatchObject({ both: "passed" });
    expect((await bench.run(pipelineOf(left, apart), { keepGoing: true })).statuses).toMatchObject({ both: "failed" });
    const plan = await bench.engine.plan(irOf(pipelineOf(left, apart)));
    expect(plan.steps).toContainEqual(expect.objectContaining({ step: "both", decision: "execute", why: containing("would fail") }));
  });
});
