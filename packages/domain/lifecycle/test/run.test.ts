import {
  exitCodeOf,
  type JobStatus,
  type LeftRun,
  type Reason,
  reconcile,
  requestStop,
  runStatus,
  type RunState,
  stoppedStatus,
  transition,
  transitionRun,
} from "@fresco/lifecycle";
import { describe, expect, it } from "vitest";

const interrupt = { type: "interrupt", text: "the run was interrupted" } as const;
const lint: Reason = { type: "job", job: "lint", text: "lint failed" };
const gone = { type: "owner-gone", text: "The process that ran it is gone." };

describe("A run", () => {
  const start = { type: "run.started", run: "r", ts: 1, pipeline: "ci", tree: "t", jobs: [] } as const;
  const finish = (status: "passed" | "cancelled" | "crashed") =>
    ({ type: "run.finished", run: "r", ts: 4, status, durationMs: 3 }) as const;

  it("runs from its start to its end, once", () => {
    const running = transitionRun({ status: "queued" }, start);
    expect(running).toEqual({ status: "running", startedAt: 1 });
    expect(transitionRun({ status: "running", startedAt: 1 }, finish("passed"))).toEqual({ status: "passed", durationMs: 3 });
    for (const ended of ["passed", "failed", "timed-out", "cancelled", "crashed"] as const) {
      const state: RunState = { status: ended, durationMs: 3 };
      expect(transitionRun(state, finish("passed"))).toBe("illegal");
      expect(transitionRun(state, start)).toBe("illegal");
    }
    expect(transitionRun({ status: "running", startedAt: 1 }, start)).toBe("illegal");
  });

  it("that never began can only be cancelled or crash", () => {
    expect(transitionRun({ status: "queued" }, finish("cancelled"))).toMatchObject({ status: "cancelled" });
    expect(transitionRun({ status: "queued" }, finish("crashed"))).toMatchObject({ status: "crashed" });
    expect(transitionRun({ status: "queued" }, finish("passed"))).toBe("illegal");
  });

  it("passes when every job passed, hit, or was left out on purpose", () => {
    expect(runStatus([])).toBe("passed");
    expect(
      runStatus([{ status: "passed" }, { status: "cached" }, { status: "skipped", reason: { type: "condition", text: "not selected" } }]),
    ).toBe("passed");
  });

  it("fails by a failed step, siblings that it stopped included", () => {
    expect(runStatus([{ status: "failed" }, { status: "cancelled", reason: lint }, { status: "skipped", reason: lint }])).toBe("failed");
    for (const status of ["failed", "timed-out", "crashed", "cancelled", "skipped"] as const)
      expect(runStatus([{ status }])).toBe("failed");
  });

  it("is cancelled by an interrupt alone, and timed out by its own limit alone", () => {
    expect(runStatus([{ status: "passed" }, { status: "cancelled", reason: interrupt }], interrupt)).toBe("cancelled");
    expect(runStatus([{ status: "timed-out" }])).toBe("failed");
    expect(runStatus([{ status: "cancelled" }], { type: "run-timeout", limit: 5, text: "too long" })).toBe("timed-out");
  });

  it("gives the command its exit code", () => {
    expect([exitCodeOf("passed"), exitCodeOf("failed"), exitCodeOf("timed-out"), exitCodeOf("crashed")]).toEqual([0, 1, 124, 125]);
    expect([exitCodeOf("cancelled"), exitCodeOf("cancelled", "SIGTERM"), exitCodeOf("cancelled", "SIGHUP")]).toEqual([130, 143, 129]);
    expect(exitCodeOf("failed", "SIGTERM")).toBe(1);
  });
});

describe("A run whose owner is gone", () => {
  const statuses: readonly JobStatus[] = [
    "pending",
    "queued",
    "running",
    "cancelling",
    "passed",
    "failed",
    "timed-out",
    "crashed",
    "cached",
    "skipped",
    "cancelled",
  ];
  const left: LeftRun = {
    run: "r",
    status: "running",
    startedAt: 100,
    jobs: statuses.map((status) => ({ job: status, status, startedAt: status === "running" || status === "cancelling" ? 150 : undefined })),
  };

  it("gets an end for each job that has none, and then its own", () => {
    const common = { run: "r", ts: 200, exitCode: null, reason: gone, type: "job.finished" };
    expect(reconcile(left, 200)).toEqual([
      { ...common, job: "pending", status: "cancelled", durationMs: 0 },
      { ...common, job: "queued", status: "cancelled", durationMs: 0 },
      { ...common, job: "running", status: "crashed", durationMs: 50 },
      { ...common, job: "cancelling", status: "crashed", durationMs: 50 },
      { type: "run.finished", run: "r", ts: 200, status: "crashed", durationMs: 100 },
    ]);
  });

  it("gets only events that its jobs can take", () => {
    const at = { attempt: 1, sandbox: "linux", startedAt: 150 };
    const states = {
      pending: { status: "pending" },
      queued: { status: "queued" },
      running: { status: "running", ...at },
      cancelling: { status: "cancelling", ...at, because: lint },
    } as const;
    for (const event of reconcile(left, 200)) {
      if (event.type !== "job.finished") continue;
      const [, state] = Object.entries(states).find(([status]) => status === event.job) ?? [];
      expect(state && transition(state, event)).toMatchObject({ status: event.status });
    }
  });

  it("that had ended gets nothing", () => {
    for (const status of ["passed", "failed", "timed-out", "cancelled", "crashed"] as const)
      expect(reconcile({ ...left, status }, 200)).toEqual([]);
  });

  it("lasted no negative time under a clock that was set back", () => {
    expect(reconcile({ ...left, jobs: [] }, 50)).toEqual([{ type: "run.finished", run: "r", ts: 50, status: "crashed", durationMs: 0 }]);
  });
});

describe("Stopping a job", () => {
  const asked = { because: lint, insist: false, grace: 10_000, at: 5 };

  it("sends TERM first and leaves it its grace", () => {
    expect(requestStop(undefined, asked)).toEqual({ stopping: { because: lint, killAt: 10_005 }, signal: "TERM" });
  });

  it("sends nothing when it is asked again, and keeps the first cause", () => {
    const { stopping } = requestStop(undefined, asked);
    expect(requestStop(stopping, { ...asked, because: interrupt, at: 9 })).toEqual({ stopping, signal: undefined });
  });

  it("sends KILL at once when somebody insists, and keeps the first cause", () => {
    const { stopping } = requestStop(undefined, asked);
    expect(requestStop(stopping, { ...asked, because: interrupt, insist: true, at: 9 })).toEqual({
      stopping: { because: lint, killAt: 9 },
      signal: "KILL",
    });
    expect(requestStop(undefined, { ...asked, insist: true })).toEqual({ stopping: { because: lint, killAt: 5 }, signal: "KILL" });
  });

  it("by its own limit is a timeout, by anything else a cancellation", () => {
    expect(stoppedStatus({ because: { type: "timeout", limit: 5, text: "took too long" }, killAt: 5 })).toBe("timed-out");
    expect(stoppedStatus({ because: lint, killAt: 5 })).toBe("cancelled");
  });
});
