import { existsSync } from "node:fs";
import { forever, sh } from "@fresco/pipeline";
import { FrescoError } from "@fresco/ports";
import { describe, expect, it } from "vitest";
import { Bench, containing, irOf, until } from "./bench.ts";
import { HELD, TestSandbox } from "./test-sandbox.ts";

const full = () => new FrescoError("store.full", "The disk is full.");

describe("Broken surroundings", () => {
  it("that keep no events stop the run, which rejects with the cause", async () => {
    await using bench = new Bench();
    const { runs } = bench.ports.store;
    const append = runs.append.bind(runs);
    runs.append = async (events) => {
      if (events.some(({ type }) => type === "job.started")) throw full();
      await append(events);
    };
    await expect(bench.run([sh(HELD, { id: "a" }).sh("true", { id: "b" })])).rejects.toMatchObject({ code: "store.full" });
    expect((await bench.sandbox.held("a")).signals).toEqual(["TERM"]);
    expect(bench.sandbox.started).toEqual(["a"]);
  });

  it("of one job make it fail with their code, stop the others, and reject the run at its end", async () => {
    await using bench = new Bench();
    bench.sandbox.beforeStart = ({ job }) => {
      if (job === "b") throw new FrescoError("sandbox.refused", "No namespaces here.", { hint: "Ask for another sandbox." });
    };
    const run = bench.engine.run(irOf([sh(HELD, { id: "a" }), sh("true", { id: "b" })]), { parallel: 2 });
    const events = await Array.fromAsync(run.events);
    await expect(run.result).rejects.toMatchObject({ code: "sandbox.refused" });
    const ends = events.flatMap((event) => (event.type === "job.finished" ? [[event.job, event.status, event.reason?.type]] : []));
    expect(ends.toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1))).toEqual([
      ["a", "cancelled", "job"],
      ["b", "failed", "error"],
    ]);
  });

  it("that cannot store a result say so; the run passes, and the key can be computed again", async () => {
    await using bench = new Bench();
    const { entries } = bench.ports.store;
    const save = entries.save.bind(entries);
    entries.save = () => Promise.reject(full());
    const leaves = [sh("echo x > out.txt", { id: "a", cache: forever() })];
    const { result, notices } = await bench.run(leaves);
    expect(result.status).toBe("passed");
    expect(notices("cache.not-stored")).toEqual([containing(/not stored: a; The disk is full/)]);
    entries.save = save;
    expect((await bench.run(leaves)).statuses).toEqual({ a: "passed" });
    expect((await bench.run(leaves)).statuses).toEqual({ a: "cached" });
  });

  it("that end a capture release what was taken, and give the key up", async () => {
    await using bench = new Bench();
    const { layers } = bench.ports;
    const capture = layers.capture.bind(layers);
    layers.capture = () => Promise.reject(new FrescoError("layer.write", "The disk is full."));
    const leaves = [sh("echo x > out.txt", { id: "a", cache: forever() })];
    await expect(bench.run(leaves)).rejects.toMatchObject({ code: "layer.write" });
    layers.capture = capture;
    expect((await bench.run(leaves)).statuses).toEqual({ a: "passed" });
  });

  it("without a run's row are told by id, result and the end of the events", async () => {
    await using bench = new Bench();
    bench.ports.store.runs.create = () => Promise.reject(full());
    const run = bench.engine.run(irOf([sh("true", { id: "a" })]));
    await expect(run.id).rejects.toMatchObject({ code: "store.full" });
    await expect(run.result).rejects.toMatchObject({ code: "store.full" });
    expect(await Array.fromAsync(run.events)).toEqual([]);
  });

  it("whose base cannot be identified stop the run before it begins", async () => {
    await using bench = new Bench();
    bench.sandbox.identify = () => Promise.reject(new FrescoError("base.missing", "There is no such image."));
    await expect(bench.run([sh("true", { id: "a" })])).rejects.toMatchObject({ code: "base.missing" });
    expect(await bench.ports.store.runs.list()).toEqual([]);
  });

  it("of a source that cannot be kept are a notice", async () => {
    await using bench = new Bench();
    const source = await bench.ports.source.freeze();
    const kept = Promise.reject(new Error("objects are gone"));
    kept.catch(() => undefined);
    Object.assign(source, { kept });
    const { result, notices } = await bench.run([sh("true", { id: "a" })], { source });
    expect([result.status, notices("source.not-kept")]).toEqual(["passed", [containing("objects are gone")]]);
  });
});

it("An exit code that never came is a failure", async () => {
  await using bench = new Bench();
  const start = bench.sandbox.start.bind(bench.sandbox);
  bench.sandbox.start = async (request) => ({
    ...(await start(request)),
    exit: Promise.resolve({ type: "lost", text: "the init died" }),
    release: async () => undefined,
  });
  const { job } = await bench.run([sh("true", { id: "a", cache: forever() })]);
  expect(job("a")).toMatchObject({ status: "failed", exitCode: null, reason: { type: "lost" } });
  expect(await bench.ports.store.entries.list()).toEqual([]);
});

it("What a sandbox wants to be known is said once a run", async () => {
  await using bench = new Bench({}, new TestSandbox("test", { notices: ["It isolates nothing."] }));
  const { notices } = await bench.run([sh("true", { id: "a" }), sh("true", { id: "b" })]);
  expect(notices("sandbox.capability")).toEqual(["It isolates nothing."]);
});

it("Directories that were reserved and not stored are gone after the run", async () => {
  await using bench = new Bench();
  const run = bench.engine.run(irOf([sh("echo x > out.txt", { id: "a", cache: forever() }), sh(HELD, { id: "b", cache: forever() })]));
  const step = await bench.sandbox.held("b");
  await step.write("out.txt", "x");
  await until(run.events[Symbol.asyncIterator](), (event) => event.type === "job.started" && event.job === "b");
  step.end(1);
  await run.result;
  const kept = (await bench.ports.store.entries.list()).map(({ workspace }) => workspace?.path ?? "");
  expect(kept.map((path) => existsSync(path))).toEqual([true]);
  expect(await bench.ports.store.directories.condemn("layer", [])).toEqual([]);
});
