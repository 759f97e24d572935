import { mkdir } from "node:fs/promises";
import type { CapturedLayer } from "@fresco/ports";
import { all, bytePath, forever, onChange, onValue, sh, type Step, ttl } from "@fresco/pipeline";
import { describe, expect, it } from "vitest";
import { Bench, containing } from "./bench.ts";
import { TestSandbox } from "./test-sandbox.ts";

describe("A chain of cached steps, then a reader", () => {
  const files = { "a.txt": "a1\n", "marker.txt": "m1\n", "gone.txt": "g\n" };
  const chain = (): Step[] => {
    const install = sh("ls -A; echo made > installed.txt", { id: "install", cache: forever() });
    const build = install.sh("cat a.txt installed.txt; cp a.txt built.txt", { id: "build", cache: onChange("a.txt") });
    return [build.sh("cat marker.txt built.txt; ls", { id: "read" })];
  };

  it("executes what an edit touched, and shows every step this run's source", async () => {
    await using bench = new Bench(files);
    const cold = await bench.run(chain());
    expect(cold.statuses).toEqual({ install: "passed", build: "passed", read: "passed" });
    expect(cold.lines("install")).toEqual([]);
    expect(cold.lines("read")).toEqual(["m1", "a1", "a.txt", "built.txt", "gone.txt", "installed.txt", "marker.txt"]);

    await bench.write("marker.txt", "m2\n");
    const marker = await bench.run(chain());
    expect(marker.statuses).toEqual({ install: "cached", build: "cached", read: "passed" });
    expect(marker.lines("read").slice(0, 2)).toEqual(["m2", "a1"]);

    await bench.write("a.txt", "a2\n");
    const edited = await bench.run(chain());
    expect(edited.statuses).toEqual({ install: "cached", build: "passed", read: "passed" });
    expect(edited.lines("read").slice(0, 2)).toEqual(["m2", "a2"]);
  });

  it("shows no step a file that was deleted", async () => {
    await using bench = new Bench(files);
    await bench.run(chain());
    await bench.ports.source.remove(bytePath("gone.txt"));
    const { statuses, lines } = await bench.run(chain());
    expect(statuses["build"]).toBe("cached");
    expect(lines("read")).not.toContain("gone.txt");
  });

  it("gives a hit the log and exit code of the miss", async () => {
    await using bench = new Bench(files);
    const cold = await bench.run(chain());
    const warm = await bench.run(chain());
    expect(warm.lines("build")).toEqual(cold.lines("build"));
    expect(warm.job("build")).toMatchObject({ status: "cached", exitCode: 0, log: cold.job("build").log });
  });
});

it("An all-hit run materialises nothing and starts nothing", async () => {
  await using bench = new Bench({ "a.txt": "a" });
  const leaves = [sh("cat a.txt", { id: "a", cache: onChange("a.txt") })];
  await bench.run(leaves);
  const frozen = await bench.ports.source.freeze();
  frozen.materialise = () => Promise.reject(new Error("materialised"));
  expect((await bench.run(leaves, { source: frozen })).statuses).toEqual({ a: "cached" });
  expect(bench.sandbox.started).toEqual(["a"]);
});

describe("A key covers what a step can see", () => {
  const base = { id: "a", cache: forever() } as const;
  const first = sh("true", base);
  it.each<[string, Step]>([
    ["the command", sh("true # changed", base)],
    ["a variable", sh("true", { ...base, env: { A: "1" } })],
    ["the outputs", sh("true", { ...base, outputs: ["out"] })],
    ["the working directory", sh("true", { ...base, cwd: "sub" })],
    ["the shell", sh("true", { ...base, shell: "/bin/sh -eu" })],
    ["a value", sh("true", { ...base, cache: all(forever(), onValue(2)) })],
  ])("another %s is a miss", async (_, changed) => {
    await using bench = new Bench();
    await bench.run([first]);
    expect((await bench.run([first])).statuses).toEqual({ a: "cached" });
    expect((await bench.run([changed])).statuses).toEqual({ a: "passed" });
  });

  it("another id, label or time limit is a hit", async () => {
    await using bench = new Bench();
    await bench.run([first]);
    expect((await bench.run([sh("true", { id: "other", label: "L", timeout: "5m", cache: forever() })])).statuses).toEqual({
      other: "cached",
    });
  });

  it("an entry of one sandbox kind never hits in another", async () => {
    await using bench = new Bench();
    await bench.run([first]);
    await using other = new Bench({}, new TestSandbox("other"));
    Object.assign(other.ports, { store: bench.ports.store, logs: bench.ports.logs });
    expect((await other.run([first])).statuses).toEqual({ a: "passed" });
  });
});

describe("A parent with a ttl", () => {
  const leaves = (command: string): Step[] => {
    const parent = sh(command, { id: "parent", cache: ttl("1h") });
    return [parent.sh("cat out.txt", { id: "child", cache: forever() })];
  };

  it("that is renewed with the same content lets its child hit", async () => {
    await using bench = new Bench();
    await bench.run(leaves("echo same > out.txt"));
    expect((await bench.run(leaves("echo same > out.txt"))).statuses).toEqual({ parent: "cached", child: "cached" });
    await bench.ports.clock.advance(60 * 60_000);
    expect((await bench.run(leaves("echo same > out.txt"))).statuses).toEqual({ parent: "passed", child: "cached" });
  });

  it("that is renewed with other content makes its child run", async () => {
    await using bench = new Bench();
    await bench.run(leaves("echo $N > out.txt"), { env: { N: "1" } });
    await bench.ports.clock.advance(60 * 60_000);
    const changed = sh("echo changed > out.txt", { id: "parent", cache: ttl("1h") });
    const renewed = await bench.run([changed.sh("cat out.txt", { id: "child", cache: forever() })]);
    expect(renewed.statuses).toEqual({ parent: "passed", child: "passed" });
    expect(renewed.lines("child")).toEqual(["changed"]);
  });
});

it("A step that fails is not stored, and neither is one whose base changed while it ran", async () => {
  await using bench = new Bench();
  const failing = [sh("exit 3", { id: "a", cache: forever() })];
  expect((await bench.run(failing)).job("a")).toMatchObject({ status: "failed", exitCode: 3, reason: { type: "exit", code: 3 } });
  expect((await bench.run(failing)).statuses).toEqual({ a: "failed" });
  bench.sandbox.beforeStart = () => void (bench.sandbox.identity = "base-2");
  const { statuses, notices } = await bench.run([sh("true", { id: "b", cache: forever() })]);
  expect(statuses).toEqual({ b: "passed" });
  expect(notices("cache.base-changed")).toEqual([containing("not stored: b")]);
  expect(await bench.ports.store.entries.list()).toEqual([]);
});

it("A step that others build on is not cached where the sandbox keeps no system, and is told so by the plan", async () => {
  await using bench = new Bench({}, new TestSandbox("plain", { system: "none" }));
  const parent = sh("true", { id: "parent", cache: forever() });
  const leaves = [parent.sh("true", { id: "child", cache: forever() })];
  await bench.run(leaves);
  expect((await bench.run(leaves)).statuses).toEqual({ parent: "passed", child: "cached" });
});

it("Without reading the cache everything executes, and is stored", async () => {
  await using bench = new Bench();
  const leaves = [sh("true", { id: "a", cache: forever() })];
  await bench.run(leaves);
  expect((await bench.run(leaves, { readCache: false })).statuses).toEqual({ a: "passed" });
  expect(await bench.ports.store.entries.list()).toHaveLength(1);
});

describe("A system layer", () => {
  const layerOf = async (into: { readonly id: string; readonly path: string }): Promise<CapturedLayer> => {
    await mkdir(into.path, { recursive: true });
    return { ...into, digest: `digest of ${into.id}`, bytes: 1, entries: 1, footprint: [] };
  };

  it("that cannot be kept for later runs serves this one, and nothing of its step is stored", async () => {
    await using bench = new Bench();
    const tried: string[] = [];
    bench.sandbox.capture = async ({ job }, into) => {
      tried.push(job);
      if (tried.length === 1) throw new Error("no space left");
      return layerOf(into);
    };
    const parent = sh("true", { id: "parent", cache: forever() });
    const leaves = [parent.sh("true", { id: "child" })];
    const { statuses, notices } = await bench.run(leaves);
    expect(statuses).toEqual({ parent: "passed", child: "passed" });
    expect(tried).toEqual(["parent", "parent"]);
    expect(bench.sandbox.requests.find(({ job }) => job === "child")?.system).toHaveLength(1);
    expect(notices("cache.not-stored")).toEqual(["not stored: parent; no space left"]);
    expect(await bench.ports.store.entries.list()).toEqual([]);
    expect((await bench.run(leaves)).statuses).toEqual({ parent: "passed", child: "passed" });
  });

  it("on which no step stands is kept while the run goes on, and its failure fails nothing", async () => {
    await using bench = new Bench();
    const next = Promise.withResolvers<void>();
    bench.sandbox.beforeStart = ({ job }) => (job === "last" ? next.resolve() : undefined);
    bench.sandbox.capture = async ({ job }, into) => {
      if (job === "leaf") await next.promise;
      if (job === "last") throw new Error("no space left");
      return layerOf(into);
    };
    const leaf = sh("true", { id: "leaf", cache: forever() });
    const { statuses, notices } = await bench.run([leaf, sh("true", { id: "last", cache: forever(), after: [leaf] })]);
    expect(statuses).toEqual({ leaf: "passed", last: "passed" });
    expect(notices("cache.not-stored")).toEqual(["not stored: last; no space left"]);
    expect((await bench.ports.store.entries.list()).map(({ step, system }) => [step, system?.bytes])).toEqual([["leaf", 1]]);
  });
});
