import { next, selectSteps, start } from "@fresco/planner";
import { pipeline, sh, toIR } from "@fresco/pipeline";
import { describe, expect, it } from "vitest";
import { Drive } from "./drive.ts";
import { irOf } from "./ir.ts";

const diamond = irOf([{ id: "a" }, { id: "b", parent: "a" }, { id: "c", uses: ["a"] }, { id: "d", after: ["b", "c"] }]);
const three = irOf([{ id: "a" }, { id: "b" }, { id: "c" }]);

describe("What runs when", () => {
  it("is told by the snippet of the design page", () => {
    let { state, commands } = start(toIR(pipeline("ci", [sh("make", { id: "make" })])), { parallel: 4 });
    expect(commands).toEqual([{ type: "look-up", job: "make", read: true }]);
    ({ state, commands } = next(state, { type: "job.finished", job: "make", status: "passed", at: 12 }));
    expect(commands).toEqual([{ type: "finish", status: "passed" }]);
    expect(state.pipeline).toBe("ci");
  });

  it("follows the data: a job is looked up once everything that it needs has passed", () => {
    const run = new Drive(diamond, { parallel: 4 });
    expect(run.told()).toEqual(["look up a"]);
    expect(run.missed("a").told()).toEqual(["execute a"]);
    expect(run.finished("a").told()).toEqual(["look up b", "look up c"]);
    expect(run.finished("b", "cached").told()).toEqual([]);
    expect(run.missed("c").finished("c").told()).toEqual(["execute c", "look up d"]);
    expect(run.finished("d", "cached").told()).toEqual(["finish passed"]);
  });

  it("looks up more than it executes at a time", () => {
    const run = new Drive(three, { parallel: 1 });
    expect(run.told()).toEqual(["look up a", "look up b", "look up c"]);
    expect(run.missed("a", "b").told()).toEqual(["execute a"]);
    expect(run.finished("c", "cached").told()).toEqual([]);
    expect(run.finished("a").told()).toEqual(["execute b"]);
  });

  it("begins with the longest remaining chain, and with the first step among equals", () => {
    const ir = irOf([{ id: "short" }, { id: "long" }, { id: "other" }, { id: "mid", parent: "long" }, { id: "end", parent: "mid" }]);
    const run = new Drive(ir, { parallel: 1 });
    expect(run.missed("other").told()).toEqual(["look up short", "look up long", "look up other", "execute other"]);
    expect(run.missed("short", "long").finished("other").told()).toEqual(["execute long"]);
    expect(run.finished("long").missed("mid").told()).toEqual(["look up mid", "execute short"]);
  });

  it("is over at once for a pipeline without steps", () => {
    expect(new Drive(irOf([]), { parallel: 1 }).told()).toEqual(["finish passed"]);
  });

  it("takes a need that is named twice as one", () => {
    const run = new Drive(irOf([{ id: "a" }, { id: "b", parent: "a", after: ["a"], uses: ["a"] }]), { parallel: 1 });
    expect(run.finished("a").told()).toEqual(["look up a", "look up b"]);
  });
});

describe("When a step fails", () => {
  it("the others are stopped, and what needs it is skipped", () => {
    const run = new Drive(irOf([{ id: "a" }, { id: "b" }, { id: "c" }, { id: "d", parent: "a" }, { id: "e", parent: "b" }]), {
      parallel: 2,
    });
    run.missed("a", "b", "c").told();
    expect(run.finished("a", "failed").told()).toEqual([
      "skipped d: a failed",
      "cancel b: a failed",
      "cancelled c: a failed",
      "cancelled e: a failed",
    ]);
    expect(run.finished("b", "cancelled").told()).toEqual(["finish failed"]);
  });

  it("a look-up under way may still end as a hit; a miss is not executed any more", () => {
    const run = new Drive(three, { parallel: 2 });
    run.missed("a").told();
    expect(run.finished("a", "timed-out").told()).toEqual([]);
    expect(run.finished("b", "cached").told()).toEqual([]);
    expect(run.missed("c").told()).toEqual(["cancelled c: a took too long", "finish failed"]);
  });

  it("with keepGoing everything that does not need it goes on, and the first cause is told to the last", () => {
    const ir = irOf([{ id: "a" }, { id: "b", parent: "a" }, { id: "c", after: ["b"] }, { id: "x" }, { id: "y", parent: "x" }]);
    const run = new Drive(ir, { parallel: 2, keepGoing: true });
    run.missed("a", "x").told();
    expect(run.finished("a", "failed").told()).toEqual(["skipped b: a failed", "skipped c: a failed"]);
    expect(run.finished("x").told()).toEqual(["look up y"]);
    expect(run.finished("y", "cached").told()).toEqual(["finish failed"]);
  });

  it("with keepGoing a job that was stopped by somebody else does not make the run pass", () => {
    const run = new Drive(irOf([{ id: "a" }]), { parallel: 1, keepGoing: true });
    expect(run.missed("a").finished("a", "cancelled").told().at(-1)).toBe("finish failed");
  });
});

describe("An interrupt", () => {
  it("cancels what executes and ends what waits; insisting kills; the run is cancelled", () => {
    const run = new Drive(diamond, { parallel: 2 });
    run.missed("a").told();
    expect(run.interrupted().told()).toEqual([
      "cancel a: the run was interrupted",
      "cancelled b: the run was interrupted",
      "cancelled c: the run was interrupted",
      "cancelled d: the run was interrupted",
    ]);
    expect(run.interrupted().told()).toEqual([]);
    expect(run.interrupted(true).told()).toEqual(["kill a: the run was interrupted"]);
    expect(run.finished("a", "cancelled").told()).toEqual(["finish cancelled"]);
    expect(run.interrupted(true).told()).toEqual([]);
  });

  it("after a failure changes neither why the others were stopped nor how the run ends", () => {
    const run = new Drive(three, { parallel: 2 });
    run.missed("a", "b").finished("c", "cached").finished("a", "failed").told();
    expect(run.interrupted().told()).toEqual([]);
    expect(run.interrupted(true).told()).toEqual(["kill b: a failed"]);
    expect(run.finished("b", "cancelled").told()).toEqual(["finish failed"]);
  });

  it("after a failure with keepGoing is what ends the run", () => {
    const run = new Drive(three, { parallel: 2, keepGoing: true });
    run.missed("a", "b").finished("c", "cached").finished("a", "failed").interrupted().told();
    expect(run.finished("b", "cancelled").told()).toEqual(["finish cancelled"]);
  });
});

describe("Time limits", () => {
  const limited = irOf(
    [
      { id: "a", timeout: 100 },
      { id: "b", timeout: 50 },
    ],
    1000,
  );

  it("of a step count from its start, stop it, and fail the run", () => {
    const run = new Drive(limited, { parallel: 2, at: 10 });
    expect(run.told()).toEqual(["look up a", "look up b", "wake at 1010"]);
    expect(run.missed("a").at(20).started("a").told()).toEqual(["execute a", "wake at 120"]);
    expect(run.missed("b").at(30).started("b").told()).toEqual(["execute b", "wake at 80"]);
    expect(run.at(40).finished("b").told()).toEqual([]);
    expect(run.at(80).woken().told()).toEqual(["wake at 120"]);
    expect(run.at(120).woken().told()).toEqual(["cancel a: took longer than its limit of 100ms", "wake at 1010"]);
    expect(run.finished("a", "timed-out").told()).toEqual(["finish failed"]);
  });

  it("of the run stop everything and give the run its status; the option goes before the pipeline's", () => {
    const run = new Drive(limited, { parallel: 1, timeout: 70 });
    expect(run.missed("a", "b").told()).toEqual(["look up a", "look up b", "wake at 70", "execute a"]);
    expect(run.at(70).woken().told()).toEqual([
      "cancel a: the run took longer than its limit of 70ms",
      "cancelled b: the run took longer than its limit of 70ms",
    ]);
    expect(run.interrupted().told()).toEqual([]);
    expect(run.finished("a", "cancelled").told()).toEqual(["finish timed-out"]);
  });

  it("are kept by an alarm that goes off early, or once too often", () => {
    const run = new Drive(irOf([{ id: "a" }], 50), { parallel: 1 });
    expect(run.at(49).woken().told()).toEqual(["look up a", "wake at 50", "wake at 50"]);
    expect(run.at(50).woken().finished("a", "cached").told()).toEqual(["finish timed-out"]);
    expect(run.at(60).woken().told()).toEqual([]);
  });

  it("that stopped a step stay its cause when another one fails", () => {
    const run = new Drive(limited, { parallel: 2 });
    run.missed("a", "b").started("b").at(50).woken().told();
    expect(run.finished("a", "failed").told()).toEqual([]);
    expect(run.interrupted(true).told()).toEqual(["kill b: took longer than its limit of 50ms"]);
  });
});

describe("A selection", () => {
  const ir = irOf([{ id: "a" }, { id: "b", parent: "a" }, { id: "c", after: ["b"] }, { id: "x", after: ["a"] }]);

  it("passes over what is not in it, without failing the run or holding anything back", () => {
    const selected = selectSteps(ir, { only: ["c"] });
    if (selected.type !== "selected") throw new Error("c is a step");
    const run = new Drive(ir, { parallel: 1, selection: selected.selection });
    expect(run.told()).toEqual(["skipped a: not selected", "skipped b: not selected", "skipped x: not selected", "look up c"]);
    expect(run.finished("c", "cached").told()).toEqual(["finish passed"]);
  });

  it("executes what must execute, whatever the cache holds", () => {
    const selected = selectSteps(ir, { from: "b" });
    if (selected.type !== "selected") throw new Error("b is a step");
    const run = new Drive(ir, { parallel: 1, selection: selected.selection });
    expect(run.told()).toEqual(["skipped x: not selected", "look up a"]);
    expect(run.finished("a", "cached").told()).toEqual(["look up b (forced)"]);
  });
});

describe("A state", () => {
  it("is used once", () => {
    const { state } = start(diamond, { parallel: 1 });
    next(state, { type: "job.missed", job: "a", at: 0 });
    expect(() => next(state, { type: "job.missed", job: "a", at: 0 })).toThrow("already used");
  });

  it("stays good when the event was impossible", () => {
    const { state } = start(diamond, { parallel: 1 });
    expect(() => next(state, { type: "job.finished", job: "z", status: "passed", at: 0 })).toThrow('there is no step "z"');
    expect(() => next(state, { type: "job.finished", job: "d", status: "passed", at: 0 })).toThrow("before it was looked up");
    expect(next(state, { type: "job.missed", job: "a", at: 0 }).commands).toEqual([{ type: "execute", job: "a" }]);
  });

  it("comes from start and next only", () => {
    expect(() => next({ pipeline: "ci" }, { type: "woken", at: 0 })).toThrow("comes from elsewhere");
  });

  it("is not made of an IR that was not validated", () => {
    expect(() =>
      start(
        irOf([
          { id: "a", parent: "b" },
          { id: "b", parent: "a" },
        ]),
        { parallel: 1 },
      ),
    ).toThrow("cycle");
    expect(() => start(irOf([{ id: "a", parent: "b" }]), { parallel: 1 })).toThrow('there is no step "b"');
  });

  it("takes jobs that have ended as they are", () => {
    const run = new Drive(three, { parallel: 1 });
    run.finished("a", "cached").told();
    expect(run.missed("a").finished("a", "failed").started("a").told()).toEqual([]);
  });
});
