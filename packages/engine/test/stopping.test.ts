import { forever, pipeline, sh, toIR } from "@fresco/pipeline";
import { describe, expect, it } from "vitest";
import { Bench, irOf, ran, until } from "./bench.ts";
import { HELD } from "./test-sandbox.ts";

const pair = () => [sh(HELD, { id: "a" }), sh(HELD, { id: "b" })];

describe("When a step fails", () => {
  it("its siblings are cancelled for its sake, what needs it is skipped, and the run has failed", async () => {
    await using bench = new Bench();
    const [a, b] = [sh(HELD, { id: "a" }), sh(HELD, { id: "b" })];
    const run = ran(bench.engine.run(irOf([a.sh("true", { id: "child" }), b, sh("true", { id: "later" })]), { parallel: 2 }));
    (await bench.sandbox.held("a")).end(3);
    const held = await bench.sandbox.held("b");
    const { result, job } = await run;
    expect(held.signals).toEqual(["TERM"]);
    expect(result.status).toBe("failed");
    expect(job("a")).toMatchObject({ status: "failed", exitCode: 3 });
    expect(job("b")).toMatchObject({ status: "cancelled", reason: { type: "job", job: "a" } });
    expect(job("child")).toMatchObject({ status: "skipped", reason: { type: "job", job: "a" } });
    expect(job("later")).toMatchObject({ status: "cancelled", reason: { type: "job", job: "a" } });
  });

  it("with keepGoing the rest goes on, and the run has failed all the same", async () => {
    await using bench = new Bench();
    const leaves = [sh("exit 1", { id: "a" }).sh("true", { id: "child" }), sh("true", { id: "b" })];
    const { result, statuses } = await bench.run(leaves, { keepGoing: true });
    expect([result.status, statuses]).toEqual(["failed", { a: "failed", child: "skipped", b: "passed" }]);
  });
});

describe("An interrupt", () => {
  it("before the run begins cancels everything, and starts nothing", async () => {
    await using bench = new Bench();
    const { result, statuses } = await bench.run(pair(), { signal: AbortSignal.abort() });
    expect([result.status, statuses]).toEqual(["cancelled", { a: "cancelled", b: "cancelled" }]);
    expect(bench.sandbox.started).toEqual([]);
  });

  it("while a step is prepared ends it without starting its command", async () => {
    await using bench = new Bench({ "a.txt": "" });
    const stop = new AbortController();
    const { workspaces } = bench.ports;
    const prepare = workspaces.prepare.bind(workspaces);
    workspaces.prepare = async (spec) => {
      stop.abort();
      return prepare(spec);
    };
    const { result, job, events } = await bench.run([sh("true", { id: "a", cache: forever() })], { signal: stop.signal });
    expect(result.status).toBe("cancelled");
    expect(job("a")).toMatchObject({ status: "cancelled", reason: { type: "interrupt" } });
    expect(bench.sandbox.started).toEqual([]);
    expect(events.map(({ type }) => type)).not.toContain("job.started");
  });

  it("while a step is started reaches its command", async () => {
    await using bench = new Bench();
    const stop = new AbortController();
    bench.sandbox.beforeStart = () => stop.abort();
    const { job } = await bench.run([sh(HELD, { id: "a" })], { signal: stop.signal });
    expect((await bench.sandbox.held("a")).signals).toEqual(["TERM"]);
    expect(job("a")).toMatchObject({ status: "cancelled", reason: { type: "interrupt" } });
  });

  it("sends TERM, and KILL when the grace is over", async () => {
    await using bench = new Bench();
    const stop = new AbortController();
    const run = bench.engine.run(irOf([sh(HELD, { id: "a", grace: "5s" })]), { signal: stop.signal });
    const step = await bench.sandbox.held("a");
    step.stubborn = true;
    const events = run.events[Symbol.asyncIterator]();
    await until(events, ({ type }) => type === "job.started");
    stop.abort();
    expect(await until(events, ({ type }) => type === "job.cancelling")).toMatchObject({ job: "a", because: { type: "interrupt" } });
    await bench.ports.clock.advance(4_999);
    expect(step.signals).toEqual(["TERM"]);
    await bench.ports.clock.advance(1);
    expect(step.signals).toEqual(["TERM", "KILL"]);
    expect(await run.result).toMatchObject({ status: "cancelled", jobs: [{ status: "cancelled", durationMs: 5_000 }] });
  });

  it("repeated with insistence kills at once, and keeps the first cause", async () => {
    await using bench = new Bench();
    const [stop, kill] = [new AbortController(), new AbortController()];
    const run = bench.engine.run(irOf(pair()), { signal: stop.signal, kill: kill.signal });
    const step = await bench.sandbox.held("a");
    step.stubborn = true;
    await until(run.events[Symbol.asyncIterator](), ({ type }) => type === "job.started");
    stop.abort();
    kill.abort();
    expect(await run.result).toMatchObject({ status: "cancelled", jobs: [{ status: "cancelled" }, { status: "cancelled" }] });
    expect(step.signals).toEqual(["TERM", "KILL"]);
  });

  it("by closing the engine kills what runs, and leaves no directory", async () => {
    const bench = new Bench();
    const run = bench.engine.run(irOf([sh(HELD, { id: "a" })]));
    const step = await bench.sandbox.held("a");
    step.stubborn = true;
    await bench.engine[Symbol.asyncDispose]();
    expect(step.signals).toContain("KILL");
    expect((await run.result).status).toBe("cancelled");
    expect(await bench.ports.store.owners.gone()).toEqual([]);
    await expect(bench.engine.run(irOf(pair())).result).rejects.toMatchObject({ code: "engine.closed" });
    await bench[Symbol.asyncDispose]();
  });
});

describe("Time limits", () => {
  it("of a step count from its start, stop it, and fail the run", async () => {
    await using bench = new Bench();
    const run = bench.engine.run(irOf([sh(HELD, { id: "a", timeout: "1m" })]));
    await bench.sandbox.held("a");
    await until(run.events[Symbol.asyncIterator](), ({ type }) => type === "job.started");
    await bench.ports.clock.advance(60_000);
    expect(await run.result).toMatchObject({
      status: "failed",
      jobs: [
        { status: "timed-out", durationMs: 60_000, reason: { type: "timeout", limit: 60_000, text: "took longer than its limit of 1m" } },
      ],
    });
  });

  it("of the run stop everything and give the run its status", async () => {
    await using bench = new Bench();
    const run = bench.engine.run(toIR(pipeline("ci", pair(), { timeout: "5m" })), { timeout: 1_000 });
    await bench.sandbox.held("a");
    await until(run.events[Symbol.asyncIterator](), ({ type }) => type === "job.started");
    await bench.ports.clock.advance(1_000);
    const { status, jobs } = await run.result;
    expect(status).toBe("timed-out");
    expect(jobs.map(({ status: of, reason }) => [of, reason?.type])).toEqual([
      ["cancelled", "run-timeout"],
      ["cancelled", "run-timeout"],
    ]);
  });

  it("leave no timer behind", async () => {
    await using bench = new Bench();
    await bench.run([sh("true", { id: "a", timeout: "1m" })], { timeout: 90_000 });
    expect(bench.ports.clock.pending).toBe(0);
  });
});
