import { type JobEvent, type JobState, type Reason, transition } from "@fresco/lifecycle";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const common = { run: "r", job: "make" };
const interrupt: Reason = { type: "interrupt", text: "the run was interrupted" };
const because: Reason = { type: "job", job: "lint", text: "lint failed" };
const exit: Reason = { type: "exit", code: 2, text: "exited with code 2" };
const gone: Reason = { type: "owner-gone", text: "gone" };
const broken: Reason = { type: "error", code: "logs.write", text: "the disk is full" };
const timeout: Reason = { type: "timeout", limit: 5, text: "took too long" };

const queue: JobEvent = { ...common, type: "job.queued", ts: 1 };
const begin: JobEvent = { ...common, type: "job.started", ts: 2, attempt: 1, sandbox: "linux" };
const cancel = (reason: Reason): JobEvent => ({ ...common, type: "job.cancelling", ts: 3, because: reason });
const finish = (
  status: Extract<JobEvent, { type: "job.finished" }>["status"],
  reason?: Reason,
  exitCode: number | null = null,
): JobEvent => ({
  ...common,
  type: "job.finished",
  ts: 9,
  status,
  exitCode,
  durationMs: 7,
  ...(reason === undefined ? {} : { reason }),
});

function after(...events: JobEvent[]): ReturnType<typeof transition> {
  let state: JobState = { status: "pending" };
  for (const event of events) {
    const next = transition(state, event);
    if (next.status === "illegal") return next;
    state = next;
  }
  return state;
}

describe("A job", () => {
  it("holds in each state what is known in it", () => {
    expect(after(queue)).toEqual({ status: "queued" });
    expect(after(queue, begin)).toEqual({ status: "running", attempt: 1, sandbox: "linux", startedAt: 2 });
    expect(after(queue, begin, cancel(because))).toEqual({ status: "cancelling", attempt: 1, sandbox: "linux", startedAt: 2, because });
    expect(after(queue, begin, finish("passed", undefined, 0))).toEqual({ status: "passed", exitCode: 0, durationMs: 7 });
    expect(after(queue, begin, finish("failed", exit, 2))).toEqual({ status: "failed", exitCode: 2, durationMs: 7, reason: exit });
    expect(after(finish("skipped", because))).toEqual({ status: "skipped", reason: because });
  });

  it.each<[string, JobEvent[]]>([
    ["a hit", [queue, finish("cached", undefined, 0)]],
    ["a hit that would hide source", [queue, finish("failed", { type: "violation", code: "layer.hides-source", text: "hides a.txt" })]],
    ["a timeout", [queue, begin, finish("timed-out", timeout)]],
    ["a timeout that was told first", [queue, begin, cancel(timeout), finish("timed-out", timeout)]],
    ["a crash", [queue, begin, finish("crashed", gone)]],
    ["a cancelled attempt", [queue, begin, cancel(interrupt), finish("cancelled", interrupt)]],
    ["an owner lost while cancelling", [queue, begin, cancel(interrupt), finish("crashed", gone)]],
    ["surroundings that broke while cancelling", [queue, begin, cancel(interrupt), finish("failed", broken)]],
    ["cancelled before it was queued", [finish("cancelled", interrupt)]],
    ["cancelled before it started", [queue, finish("cancelled", because)]],
    ["skipped while queued", [queue, finish("skipped", { type: "condition", text: "not selected" })]],
  ])("can end by %s, and then takes no event", (_, events) => {
    const ended = after(...events);
    expect(ended.status).not.toBe("illegal");
    for (const event of [queue, begin, cancel(interrupt), finish("passed", undefined, 0), finish("failed", exit, 2)]) {
      expect(after(...events, event)).toMatchObject({ status: "illegal", from: ended.status });
    }
  });

  it.each<[string, JobEvent[]]>([
    ["starts without having been queued", [begin]],
    ["is queued twice", [queue, queue]],
    ["is a hit while running", [queue, begin, finish("cached", undefined, 0)]],
    ["passes without having run", [queue, finish("passed", undefined, 0)]],
    ["passes with another exit code than 0", [queue, begin, finish("passed", undefined, 1)]],
    ["passes without an exit code", [queue, begin, finish("passed")]],
    ["fails without a reason", [queue, begin, finish("failed", undefined, 1)]],
    ["is skipped by an interrupt", [finish("skipped", interrupt)]],
    ["is skipped while running", [queue, begin, finish("skipped", because)]],
    ["is cancelled without having been told to stop", [queue, begin, finish("cancelled", interrupt)]],
    ["passes although it was told to stop", [queue, begin, cancel(interrupt), finish("passed", undefined, 0)]],
    ["times out although it was interrupted", [queue, begin, cancel(interrupt), finish("timed-out", timeout)]],
    ["is told to stop twice", [queue, begin, cancel(interrupt), cancel(because)]],
  ])("never %s", (_, events) => {
    const answer = after(...events);
    expect(answer.status === "illegal" && answer.text).toContain("cannot take the event");
  });

  it("keeps the first cause as the reason, whatever it is told at the end", () => {
    expect(after(queue, begin, cancel(because), finish("cancelled", interrupt))).toMatchObject({ reason: because });
  });

  it("ends at most once, whatever events arrive in whatever order", () => {
    const event = fc.oneof(
      fc.constantFrom(queue, begin, cancel(interrupt), cancel(timeout)),
      fc
        .tuple(
          fc.constantFrom("passed", "failed", "timed-out", "crashed", "cached", "skipped", "cancelled"),
          fc.option(fc.constantFrom(exit, because, interrupt, gone)),
          fc.constantFrom(0, 1, null),
        )
        .map(([status, reason, code]) => finish(status, reason ?? undefined, code)),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        let state: JobState = { status: "pending" };
        let ends = 0;
        for (const one of events) {
          const next = transition(state, one);
          if (next.status === "illegal") continue;
          if (one.type === "job.finished") ends += 1;
          state = next;
        }
        expect(ends).toBeLessThanOrEqual(1);
        expect(ends === 1).toBe(!["pending", "queued", "running", "cancelling"].includes(state.status));
      }),
    );
  });
});
