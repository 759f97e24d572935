import { describe, expect, it } from "vitest";
import { eventsOf, linesOf, statuses } from "./events.ts";
import { steady, TemporaryProject } from "./harness.ts";
import { someNumber } from "./matchers.ts";

const EVERY_END = `
const good = sh("echo out; echo err >&2", { id: "good", cache: forever() });
const bad = sh("exit 3", { id: "bad", after: [good] });
export default pipeline("ci", [good, bad, bad.sh("true", { id: "under" }), sh("true", { id: "other" })]);`;

describe("events as JSON", () => {
  it("are numbered without gaps, end every job exactly once, and are all that is on stdout", async () => {
    await using project = await TemporaryProject.create();
    await project.pipeline(EVERY_END);
    for (const [words, expected] of [
      [["run", "-k"], { good: "passed", bad: "failed", under: "skipped", other: "passed" }],
      [["run", "-k"], { good: "cached", bad: "failed", under: "skipped", other: "passed" }],
      [["run", "--only", "other"], { good: "skipped", bad: "skipped", under: "skipped", other: "passed" }],
    ] as const) {
      const outcome = await project.fresco([...words, "--format", "json"]);
      const events = eventsOf(outcome);
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
      expect(events.filter(({ type }) => type === "job.finished")).toHaveLength(4);
      expect(statuses(outcome)).toEqual(expected);
      expect(events.at(0)).toMatchObject({ type: "run.started", pipeline: "ci", jobs: ["good", "bad", "under", "other"] });
      expect(events.at(-1)?.type).toBe("run.finished");
      expect(new Set(events.map(({ run }) => run)).size).toBe(1);
      for (const event of events.filter(({ type }) => type === "job.finished")) {
        expect(event).toMatchObject({ durationMs: someNumber });
        if (event.status !== "passed" && event.status !== "cached") expect(event.reason?.text).not.toBe("");
      }
      expect(outcome.stderr).toBe("");
    }
  });

  it("carry lines, bytes that are no UTF-8, and long lines in parts", async () => {
    await using project = await TemporaryProject.create();
    await project.pipeline(`export default pipeline("ci", [
      sh("echo 'grün'; printf '\\\\377\\\\n'; printf 'no end'", { id: "odd" }),
      sh("head -c 150000 /dev/zero | tr '\\\\0' x; echo", { id: "long" }),
    ]);`);
    const outcome = await project.passing(["run", "--format", "json"]);
    const logs = eventsOf(outcome).filter(({ type }) => type === "job.log");
    const odd = logs.filter(({ job }) => job === "odd");
    expect(odd.map(({ line, bytes }) => line ?? bytes)).toEqual(["grün", Buffer.from([0xff]).toString("base64"), "no end"]);
    const long = logs.filter(({ job }) => job === "long");
    expect(long.map(({ partial }) => partial)).toEqual([true, true, undefined]);
    expect(linesOf(outcome, "long").join("")).toBe("x".repeat(150_000));
  });

  it("lose nothing of a lot of output to a slow reader", async () => {
    await using project = await TemporaryProject.create();
    await project.pipeline(`export default pipeline("ci", [sh("seq 1 50000", { id: "lot" })]);`);
    const run = project.start(["run", "--format", "json"]);
    await run.printed('"line":"1"');
    run.child.stdout?.pause();
    // Over when another process says so: the run goes on although nobody reads.
    let status = "";
    while (!status.includes("passed")) status = (await project.passing(["logs", "-f", "lot"])).stdout.endsWith("\n50000\n") ? "passed" : "";
    run.child.stdout?.resume();
    const outcome = await run.outcome;
    expect(linesOf(outcome, "lot")).toEqual(Array.from({ length: 50_000 }, (_, index) => String(index + 1)));
    const events = eventsOf(outcome);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
  });
});

describe("output for a reader", () => {
  it("has the steps' output and results on stdout and everything else on stderr, without colours where there is no terminal", async () => {
    await using project = await TemporaryProject.create();
    await project.pipeline(`
const first = sh("echo one; echo two", { id: "first", cache: forever() });
export default pipeline("ci", [first.sh("echo three", { id: "second" })]);`);
    for (const [name, words] of [
      ["cold", ["run"]],
      ["warm", ["run"]],
      ["grouped", ["run", "--logs", "grouped"]],
    ] as const) {
      const { stdout, stderr } = await project.passing(words);
      await expect(`${steady(stdout, project)}--- stderr\n${steady(stderr, project)}`).toMatchFileSnapshot(`golden/run-${name}.txt`);
    }
  });

  it("has colours where they are forced, and none under NO_COLOR", async () => {
    await using project = await TemporaryProject.create();
    await project.pipeline(`export default pipeline("ci", [sh("true", { id: "step" })]);`);
    expect((await project.passing(["run"], { env: { FORCE_COLOR: "1" } })).stdout).toContain("\u001b[32m");
    expect((await project.passing(["run"], { env: { FORCE_COLOR: "1", NO_COLOR: "1" } })).stdout).not.toContain("\u001b");
  });
});
