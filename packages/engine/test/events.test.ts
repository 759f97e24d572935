import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { forever, SecretReference, sh } from "@fresco/pipeline";
import { describe, expect, it } from "vitest";
import { Bench, containing, irOf, until } from "./bench.ts";
import { HELD } from "./test-sandbox.ts";

describe("The events of a run", () => {
  it("tell each job from its queue to its one end, and are what the store keeps", async () => {
    await using bench = new Bench();
    const cached = sh("echo hit", { id: "cached", cache: forever() });
    await bench.run([cached]);
    const { events, result } = await bench.run([cached, sh("exit 2", { id: "fails" }).sh("true", { id: "child" })]);
    const of = (job: string) => events.flatMap((event) => ("job" in event && event.job === job ? [event.type] : []));
    expect(of("cached")).toEqual(["job.queued", "job.log", "job.finished"]);
    expect(of("fails")).toEqual(["job.queued", "job.started", "job.finished"]);
    expect(of("child")).toEqual(["job.finished"]);
    expect([events[0]?.type, events.at(-1)?.type]).toEqual(["run.started", "run.finished"]);
    const stored = await bench.ports.store.runs.events(result.run);
    expect(stored.map(({ seq: _, ...event }) => event)).toEqual(events.filter(({ type }) => type !== "job.log"));
  });

  it("wait in the logs for a slow reader: nothing is dropped, and nothing but markers is held in memory", async () => {
    await using bench = new Bench();
    const run = bench.engine.run(irOf([sh(HELD, { id: "a" })]));
    const step = await bench.sandbox.held("a");
    const events = run.events[Symbol.asyncIterator]();
    await until(events, ({ type }) => type === "job.started");
    const { logs } = bench.ports;
    let reads = 0;
    const read = logs.read.bind(logs);
    logs.read = (...parameters) => {
      reads += 1;
      return read(...parameters);
    };
    for (let line = 0; line < 20_000; line++) await step.say(`${line}\n`);
    expect(reads).toBe(0);
    await until(events, (event) => event.type === "job.log" && "line" in event && event.line === "0");
    step.end();
    await run.result;
    let next = 1;
    await until(events, (event) => {
      if (event.type === "job.log" && "line" in event) expect(event.line).toBe(String(next++));
      return event.type === "run.finished";
    });
    expect(next).toBe(20_000);
    expect(reads).toBeLessThanOrEqual(3);
  });

  it("give every line before the end of its job", async () => {
    await using bench = new Bench();
    const { events } = await bench.run([sh("printf 'one\\ntwo'; printf err >&2", { id: "a" })]);
    const types = events.flatMap((event) => ("job" in event && event.job === "a" ? [event.type] : []));
    expect(types).toEqual(["job.queued", "job.started", "job.log", "job.log", "job.log", "job.finished"]);
  });

  it("tell what a step printed before its start was known, although it prints nothing more", async () => {
    await using bench = new Bench();
    bench.sandbox.beforeStart = async ({ output }) => output("stdout", Buffer.from("early\n"));
    const run = bench.engine.run(irOf([sh(HELD, { id: "a" })]));
    const events = run.events[Symbol.asyncIterator]();
    await until(events, (event) => event.type === "job.log" && "line" in event && event.line === "early");
    (await bench.sandbox.held("a")).end();
    await until(events, ({ type }) => type === "run.finished");
  });

  it("have one reader", async () => {
    await using bench = new Bench();
    const run = bench.engine.run(irOf([sh("true", { id: "a" })]));
    await Array.fromAsync(run.events);
    await expect(Array.fromAsync(run.events)).rejects.toThrow("one reader");
  });

  it("may leave the output out", async () => {
    await using bench = new Bench();
    const { events } = await bench.run([sh("echo x", { id: "a" })], { logEvents: false });
    expect(events.map(({ type }) => type)).not.toContain("job.log");
  });
});

describe("Secrets", () => {
  const value = "hunter2-of-the-night";

  it("reach the step, and no event, log, row, entry or file", async () => {
    await using bench = new Bench();
    const leaves = [
      sh('echo "token=$TOKEN"; printf %s "$TOKEN" | wc -c; exit ${CODE:-0}', {
        id: "a",
        cache: forever(),
        env: { TOKEN: new SecretReference("TOKEN") },
      }),
    ];
    const { lines, events, result, job } = await bench.run(leaves, { secrets: { TOKEN: value } });
    expect(lines("a").map((line) => line.trim())).toEqual(["token=***", String(value.length)]);
    const { store, logs } = bench.ports;
    const log = await Array.fromAsync(logs.bytes(job("a").log ?? ""), (chunk) => Buffer.from(chunk).toString());
    const rows = [
      await store.runs.events(result.run),
      await store.runs.jobs(result.run),
      await store.entries.list(),
      await store.runs.ir(result.run),
    ];
    expect(JSON.stringify([events, result, log, rows])).not.toContain(value);
    for (const { workspace } of await store.entries.list())
      if (workspace !== undefined) expect(filesWith(workspace.path, value)).toEqual([]);
  });

  it("are in no key: another value is a hit", async () => {
    await using bench = new Bench();
    const leaves = [sh("true", { id: "a", cache: forever(), env: { TOKEN: new SecretReference("TOKEN") } })];
    await bench.run(leaves, { secrets: { TOKEN: "one-value" } });
    expect((await bench.run(leaves, { secrets: { TOKEN: "another-value" } })).statuses).toEqual({ a: "cached" });
  });

  it("that are missing are told all at once, before anything runs", async () => {
    await using bench = new Bench();
    const leaves = [
      sh("true", { id: "a", env: { A: new SecretReference("ONE") } }),
      sh("true", { id: "b", env: { B: new SecretReference("TWO") } }),
    ];
    await expect(bench.run(leaves)).rejects.toMatchObject({
      code: "secret.missing",
      kind: "input",
      message: containing(/ONE.*step a[^]*TWO.*step b/),
    });
    expect(bench.sandbox.started).toEqual([]);
  });

  it("and values of variables are sealed in what is stored of a key", async () => {
    await using bench = new Bench();
    await bench.run([sh("true", { id: "a", cache: forever(), env: { LEVEL: "very-private-value" } })]);
    const [entry] = await bench.ports.store.entries.list();
    expect(Object.keys(entry?.fields.env ?? {})).toEqual(["CI", "LEVEL"]);
    expect(JSON.stringify(entry)).not.toContain("very-private-value");
  });
});

function filesWith(directory: string, text: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile() && readFileSync(path, "utf8").includes(text));
}
