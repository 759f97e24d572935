import { createEngine, reclaim } from "@fresco/engine";
import { forever, sh } from "@fresco/pipeline";
import { describe, expect, it } from "vitest";
import { Bench, containing, irOf, ran, until } from "./bench.ts";
import { HELD } from "./test-sandbox.ts";

const held = () => irOf([sh(HELD, { id: "a", cache: forever() })]);

describe("Two engines on one store", () => {
  it("compute each key once: the second waits, says for whom, and takes the first one's result", async () => {
    await using bench = new Bench();
    await using other = createEngine(bench.ports);
    const first = bench.engine.run(held());
    const step = await bench.sandbox.held("a");
    const second = other.run(held());
    const events = second.events[Symbol.asyncIterator]();
    const waiting = await until(events, ({ type }) => type === "notice");
    expect(waiting).toMatchObject({ code: "cache.waiting", job: "a", text: containing(await first.id) });
    await step.say("made once\n");
    step.end();
    await first.result;
    await bench.ports.clock.advance(50);
    expect(await until(events, ({ type }) => type === "job.log")).toMatchObject({ line: "made once" });
    expect((await second.result).jobs).toMatchObject([{ status: "cached", exitCode: 0 }]);
    expect(bench.sandbox.started).toEqual(["a"]);
  });

  it("do not inherit a failure: the second computes for itself", async () => {
    await using bench = new Bench();
    await using other = createEngine(bench.ports);
    const first = bench.engine.run(held());
    const step = await bench.sandbox.held("a");
    const second = other.run(irOf([sh(HELD, { id: "a", cache: forever() })]));
    await until(second.events[Symbol.asyncIterator](), ({ type }) => type === "notice");
    step.end(1);
    expect((await first.result).status).toBe("failed");
    bench.sandbox.forget("a");
    await bench.ports.clock.advance(50);
    (await bench.sandbox.held("a")).end();
    expect((await second.result).jobs).toMatchObject([{ status: "passed" }]);
  });

  it("take over from a holder that is gone", async () => {
    await using bench = new Bench();
    const { store, clock } = bench.ports;
    const gone = await store.owners.open();
    await bench.run([sh("true", { id: "a", cache: forever() })]);
    const keys = (await store.entries.list()).map(({ key }) => key);
    await store.entries.remove(keys);
    for (const key of keys) await store.entries.claim(key, gone.id, clock.now());
    const waiting = bench.engine.run(irOf([sh("true", { id: "a", cache: forever() })]));
    await until(waiting.events[Symbol.asyncIterator](), (event) => event.type === "notice" && event.code === "cache.waiting");
    store.die(gone.id);
    await clock.advance(50);
    expect((await waiting.result).jobs).toMatchObject([{ status: "passed" }]);
  });

  it("wait no longer than a while: then the second computes for itself, and does not store", async () => {
    await using bench = new Bench();
    await using other = createEngine(bench.ports);
    const first = ran(bench.engine.run(held()));
    const step = await bench.sandbox.held("a");
    const second = other.run(held());
    const events = second.events[Symbol.asyncIterator]();
    await until(events, ({ type }) => type === "notice");
    bench.sandbox.forget("a");
    await bench.advanceBy(11 * 60_000);
    expect(await until(events, ({ type }) => type === "notice")).toMatchObject({ code: "cache.impatient" });
    (await bench.sandbox.held("a")).end();
    expect((await second.result).jobs).toMatchObject([{ status: "passed" }]);
    expect(await bench.ports.store.entries.list()).toEqual([]);
    step.end();
    await first;
    expect(await bench.ports.store.entries.list()).toHaveLength(1);
  });

  it("are interrupted while they wait", async () => {
    await using bench = new Bench();
    await using other = createEngine(bench.ports);
    const first = bench.engine.run(held());
    const step = await bench.sandbox.held("a");
    const stop = new AbortController();
    const second = other.run(held(), { signal: stop.signal });
    await until(second.events[Symbol.asyncIterator](), ({ type }) => type === "notice");
    stop.abort();
    await bench.ports.clock.advance(50);
    expect(await second.result).toMatchObject({ status: "cancelled", jobs: [{ status: "cancelled", reason: { type: "interrupt" } }] });
    step.end();
    expect((await first.result).status).toBe("passed");
  });
});

describe("What an owner that is gone has left", () => {
  it("is ended: its steps are killed, its directories removed, its run is crashed", async () => {
    await using bench = new Bench();
    const { store, clock, processes, logs } = bench.ports;
    const run = bench.engine.run(held());
    const step = await bench.sandbox.held("a");
    await until(run.events[Symbol.asyncIterator](), ({ type }) => type === "job.started");
    const id = await run.id;
    const found = await store.runs.find(id);
    const owner = found.type === "found" ? (found.run.owner ?? "") : "";
    store.die(owner);
    const killed: string[] = [];
    bench.sandbox.reclaim = async ({ token }) => void killed.push(token);
    expect(await reclaim({ store, clock, processes, logs, sandboxes: async () => [bench.sandbox] })).toEqual([id]);
    expect(killed).toEqual(["held"]);
    expect(await store.runs.find(id)).toMatchObject({ run: { status: "crashed" } });
    expect(await store.runs.jobs(id)).toMatchObject([{ step: "a", status: "crashed", reason: { type: "owner-gone" } }]);
    expect(await reclaim({ store, clock, processes, logs, sandboxes: async () => [bench.sandbox] })).toEqual([]);
    step.end();
    await run.result.catch(() => undefined);
  });

  it("stays for a later command where the kind of its sandbox is missing", async () => {
    await using bench = new Bench();
    const { store, clock, processes, logs } = bench.ports;
    const run = bench.engine.run(held());
    const step = await bench.sandbox.held("a");
    await until(run.events[Symbol.asyncIterator](), ({ type }) => type === "job.started");
    const found = await store.runs.find(await run.id);
    store.die(found.type === "found" ? (found.run.owner ?? "") : "");
    expect(await reclaim({ store, clock, processes, logs, sandboxes: async () => [] })).toEqual([]);
    expect(await store.owners.gone()).toHaveLength(1);
    step.end();
    await run.result.catch(() => undefined);
  });

  it("is its stable workspace, unless another owner has taken that over", async () => {
    await using bench = new Bench();
    const { store, clock, processes, logs } = bench.ports;
    const [gone, heir] = [await store.owners.open(), await store.owners.open()];
    for (const key of ["workspace:/left", "workspace:/taken"]) await store.entries.claim(key, gone.id, 0);
    store.die(gone.id);
    await store.entries.claim("workspace:/taken", heir.id, 0);
    const removed: string[] = [];
    bench.sandbox.discard = async (directories) => void removed.push(...directories);
    await reclaim({ store, clock, processes, logs, sandboxes: async () => [bench.sandbox] });
    expect(removed).toContain("/left");
    expect(removed).not.toContain("/taken");
  });

  it("is a log whose row was lost in a power cut, and no other", async () => {
    await using bench = new Bench();
    const { store, clock, processes, logs } = bench.ports;
    const owner = await store.owners.open();
    const ir = irOf([sh("true", { id: "told" }), sh("true", { id: "lost" })]);
    const jobs = ir.steps.map((step) => ({ step: step.id, label: step.label }));
    const { id } = await store.runs.create({ owner: owner.id, project: "", ir, tree: "t", startedAt: 0, jobs });
    await store.runs.logged(id, jobs[0]?.step ?? "", 1, `${id}-0-1`);
    store.die(owner.id);
    const removed: string[] = [];
    logs.remove = async (name) => void removed.push(name);
    await reclaim({ store, clock, processes, logs, sandboxes: async () => [bench.sandbox] });
    expect(removed).toEqual([`${id}-1-1`]);
  });
});
