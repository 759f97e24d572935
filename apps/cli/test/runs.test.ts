import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Gate } from "./gate.ts";
import { steady, TemporaryProject } from "./harness.ts";
import { someNumber, someText, textWith } from "./matchers.ts";

const FAILING = `
const good = sh("echo good; echo bad >&2", { id: "good", cache: forever() });
const bad = good.sh("printf 'no end'; exit 3", { id: "bad" });
export default pipeline("ci", [bad.sh("true", { id: "after" })]);`;

async function runIds(project: TemporaryProject): Promise<readonly string[]> {
  return [...(await project.passing(["runs"])).stdout.matchAll(/^0\w+/gm)].map(([id]) => id);
}

describe("commands about runs", () => {
  it("lists runs, newest first, of this project or of all, in either format", async () => {
    await using project = await TemporaryProject.create();
    await project.pipeline(FAILING);
    await project.fresco(["run"]);
    await project.passing(["run", "good"]);
    const { stdout } = await project.passing(["runs"]);
    await expect(steady(stdout, project)).toMatchFileSnapshot("golden/runs.txt");
    const [newest = "", oldest = ""] = await runIds(project);
    expect(newest > oldest).toBe(true);
    expect((await project.passing(["runs", "-n", "1"])).stdout).not.toContain(oldest);
    expect(JSON.parse((await project.passing(["runs", "--format", "json"])).stdout)).toMatchObject([
      { id: newest, project: project.root, status: "passed", finishedAt: someNumber },
      { id: oldest, status: "failed" },
    ]);
    const outside = await project.passing(["runs", "--all"], { cwd: project.home });
    expect(outside.stdout).toContain(newest);
    expect(outside.stdout).toContain(project.root);
    expect(await project.fresco(["runs", "-n", "0"])).toMatchObject({
      code: 2,
      stderr: textWith("error[usage.number]: -n 0 is no number from 1 on"),
    });
  });

  it("shows a run by the beginning of its id or as the latest, also from outside the project", async () => {
    await using project = await TemporaryProject.create();
    await project.pipeline(FAILING);
    await project.fresco(["run"]);
    const [id = ""] = await runIds(project);
    const shown = await project.passing(["show", "@latest"]);
    await expect(steady(shown.stdout, project)).toMatchFileSnapshot("golden/show.txt");
    for (const reference of [id, id.slice(0, 11), id.toUpperCase()]) {
      expect((await project.passing(["show", reference], { cwd: project.home })).stdout).toBe(shown.stdout);
    }
    expect(JSON.parse((await project.passing(["show", "--format", "json"])).stdout)).toMatchObject({
      id,
      status: "failed",
      jobs: [
        { step: "good", status: "passed", exitCode: 0, key: someText, reason: null },
        { step: "bad", status: "failed", exitCode: 3, reason: { type: "exit", code: 3 } },
        { step: "after", status: "skipped", exitCode: null, startedAt: null, reason: { type: "job", job: "bad" } },
      ],
    });
  });

  it("refuses a run that is none or several, naming the candidates", async () => {
    await using project = await TemporaryProject.create();
    await project.pipeline(FAILING);
    expect(await project.fresco(["show"])).toMatchObject({
      code: 2,
      stderr: textWith("error[run.none]: there is no run yet\n"),
    });
    await project.passing(["run", "good"]);
    await project.passing(["run", "good"]);
    const [newest, oldest] = await runIds(project);
    expect(await project.fresco(["show", "zzz"])).toMatchObject({
      code: 2,
      stderr: textWith('there is no run whose id begins with "zzz"'),
    });
    expect(await project.fresco(["show", "0"])).toMatchObject({
      code: 2,
      stderr: `error[run.ambiguous]: "0" is the beginning of several runs: ${oldest}, ${newest}\nhint: type more of the id\n`,
    });
    expect(await project.fresco(["logs", `${newest}:goodd`])).toMatchObject({
      code: 2,
      stderr: `error[run.unknown-step]: run ${newest} has no step "goodd"; did you mean good?\nhint: steps: good, bad, after\n`,
    });
  });

  it("prints the bytes of a log as they came, a cached step's too, or records", async () => {
    await using project = await TemporaryProject.create();
    await project.pipeline(FAILING);
    await project.fresco(["run"]);
    await project.fresco(["run"]);
    const [second = "", first = ""] = await runIds(project);
    for (const reference of ["good", "@latest:good", `${second}:good`, `${first}:good`]) {
      expect((await project.passing(["logs", reference])).stdout.split("\n").sort()).toEqual(["", "bad", "good"]);
    }
    expect((await project.passing(["logs", `${first}:bad`], { cwd: project.home })).stdout).toBe("no end");
    const records = (await project.passing(["logs", "bad", "--format", "json"])).stdout;
    expect(JSON.parse(records)).toEqual({ seq: 0, ts: someNumber, kind: "stdout", data: { line: "no end" } });
    const none = await project.passing(["logs", "after"]);
    expect(none.stdout).toBe("");
    expect(none.stderr).toMatch(/^note: after has written no log in run \w+: skipped, .+\n$/);
  });

  it("follows a step until it has ended", async () => {
    await using project = await TemporaryProject.create();
    await using gate = await Gate.open();
    await project.pipeline(
      `export default pipeline("ci", [sh(${JSON.stringify(`echo before; ${gate.pass("step")}; echo after`)}, { id: "held", shell: "/bin/bash -e" })]);`,
    );
    const run = project.start(["run"]);
    const step = await gate.arrival("step");
    const logs = project.start(["logs", "-f", "held"]);
    await logs.printed("before\n");
    step.letThrough();
    expect(await logs.outcome).toMatchObject({ code: 0, stdout: "before\nafter\n" });
    expect((await run.outcome).code).toBe(0);
  });

  it("ends quietly when its reader has gone", async () => {
    await using project = await TemporaryProject.create();
    await project.pipeline(`export default pipeline("ci", [sh("seq 1 200000", { id: "long" })]);`);
    await project.passing(["run", "--logs", "failed"]);
    const command = join(import.meta.dirname, "../bin/fresco.js");
    for (const words of ["logs long", "logs long --format json", "list", "run", "run --format json"]) {
      const script = `{ ${command} ${words}; echo "exit code $?" >&2; } | head -n 1`;
      const child = spawn("bash", ["-c", script], {
        cwd: project.root,
        env: { PATH: process.env["PATH"], HOME: project.home, FRESCO_HOME: project.state },
        stdio: ["ignore", "ignore", "pipe"],
      });
      let stderr = "";
      child.stderr.on("data", (chunk) => (stderr += String(chunk)));
      await once(child, "close");
      expect(stderr).not.toContain("error[");
      expect(stderr).toMatch(/exit code 0\n$/);
    }
  });
});
