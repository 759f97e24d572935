import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { eventsOf, statuses } from "./events.ts";
import { Gate } from "./gate.ts";
import { steady, TemporaryProject } from "./harness.ts";
import { textWithout } from "./matchers.ts";

const BASH = 'shell: "/bin/bash -e"';

/** A step that says its name at the gate and then waits there. */
function held(gate: Gate, id: string, before = "", options = ""): string {
  return `sh(${JSON.stringify(`${before}${gate.pass(id)}`)}, { id: "${id}", ${BASH}, ${options} })`;
}

describe("how a run ends", () => {
  it("tells of a failed step its command, its exit code, its last 50 lines and how to run it again, and exits with 1", async () => {
    await using project = await TemporaryProject.create();
    await project.pipeline(
      `export default pipeline("ci", [sh("seq 1 60; echo problem; exit 3", { id: "bad" }).sh("true", { id: "next" })]);`,
    );
    const { code, stdout, stderr } = await project.fresco(["run", "--logs", "failed"]);
    expect(code).toBe(1);
    expect(stdout).not.toContain("│");
    await expect(steady(stderr, project)).toMatchFileSnapshot("golden/run-failed.txt");
  });

  it("stops at the first failing line of a step", async () => {
    await using project = await TemporaryProject.create();
    await project.pipeline(`export default pipeline("ci", [sh("false\\necho went on", { id: "bad" })]);`);
    expect(await project.fresco(["run"])).toMatchObject({ code: 1, stdout: textWithout("went on") });
  });

  it("stops the siblings of a failed step, or goes on with -k, and exits with 1 either way", async () => {
    await using project = await TemporaryProject.create();
    await using gate = await Gate.open();
    await project.pipeline(`
const bad = sh(${JSON.stringify(`${gate.pass("bad")}; exit 1`)}, { id: "bad", ${BASH} });
export default pipeline("ci", [${held(gate, "sibling", "", "grace: 1")}, bad, bad.sh("true", { id: "child" })]);`);
    const fast = project.start(["run", "-j", "2", "--format", "json"]);
    // Both: a sibling that has not begun would be stopped before it comes here.
    const [sibling, failing] = await Promise.all([gate.arrival("sibling"), gate.arrival("bad")]);
    failing.letThrough();
    const failed = await fast.outcome;
    await sibling.gone;
    expect(failed.code).toBe(1);
    expect(statuses(failed)).toEqual({ bad: "failed", sibling: "cancelled", child: "skipped" });
    expect(eventsOf(failed).at(-1)).toMatchObject({ type: "run.finished", status: "failed" });

    const going = project.start(["run", "-k", "-j", "2", "--format", "json"]);
    const [patient] = await Promise.all([gate.arrival("sibling"), gate.arrival("bad").then((visitor) => visitor.letThrough())]);
    await going.printed('"job":"child","status":"skipped"');
    patient.letThrough();
    const kept = await going.outcome;
    expect(kept.code).toBe(1);
    expect(statuses(kept)).toEqual({ bad: "failed", sibling: "passed", child: "skipped" });
  });

  it("exits with 124 when the run takes too long, and with 1 when a step does", async () => {
    await using project = await TemporaryProject.create();
    await using gate = await Gate.open();
    await project.pipeline(`export default pipeline("ci", [${held(gate, "slow", "", "grace: 1")}]);`);
    const run = await project.fresco(["run", "--timeout", "300ms", "--format", "json"]);
    expect(run.code).toBe(124);
    expect(eventsOf(run).at(-1)).toMatchObject({ type: "run.finished", status: "timed-out" });
    await project.pipeline(`export default pipeline("ci", [${held(gate, "slow", "", 'grace: 1, timeout: "200ms"')}]);`);
    const step = await project.fresco(["run", "--format", "json"]);
    expect(step.code).toBe(1);
    expect(statuses(step)).toEqual({ slow: "timed-out" });
  });

  it.for([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("asks the steps to stop on %s, cancels the run and exits with %i", async ([signal, code]) => {
    await using project = await TemporaryProject.create();
    await using gate = await Gate.open();
    await project.pipeline(
      `export default pipeline("ci", [${held(gate, "step", "trap 'echo stopping; exit 7' TERM; ")}, sh("true", { id: "later" })]);`,
    );
    const run = project.start(["run", "--format", "json", "-j", "1", "--from", "step"]);
    const step = await gate.arrival("step");
    run.signal(signal);
    await step.gone;
    const outcome = await run.outcome;
    expect(outcome.code).toBe(code);
    expect(outcome.stdout).toContain('"line":"stopping"');
    expect(statuses(outcome)["step"]).toBe("cancelled");
    expect(eventsOf(outcome).at(-1)).toMatchObject({ type: "run.finished", status: "cancelled" });
    expect((await project.passing(["show"])).stdout).toContain("cancelled");
  });

  it("kills on the second Ctrl-C what ignores the first, and leaves nothing", async () => {
    await using project = await TemporaryProject.create();
    await using gate = await Gate.open();
    await project.pipeline(`export default pipeline("ci", [${held(gate, "deaf", "trap '' TERM INT HUP; ")}]);`);
    const run = project.start(["run"]);
    const step = await gate.arrival("deaf");
    run.signal("SIGINT");
    await run.printed("stopping");
    run.signal("SIGINT");
    await step.gone;
    expect((await run.outcome).code).toBe(130);
    expect((await promisify(execFile)("ps", ["-eo", "args"])).stdout).not.toContain("trap '' TERM INT HUP");
    expect((await project.passing(["runs", "--format", "json"])).stdout).toContain('"status": "cancelled"');
  });

  it("ends at once, and leaves no run behind, when it is interrupted before anything has begun", async () => {
    await using project = await TemporaryProject.create();
    await project.pipeline(`export default pipeline("ci", [sh("true", { id: "step" })]);`);
    const run = project.start(["run", "--format", "json"]);
    run.signal("SIGKILL");
    await run.outcome;
    expect((await project.passing(["run"])).code).toBe(0);
  });

  it("says of a killed run that it has crashed", async () => {
    await using project = await TemporaryProject.create();
    await using gate = await Gate.open();
    await project.pipeline(`export default pipeline("ci", [${held(gate, "step")}, sh("true", { id: "later", after: [] })]);`);
    const run = project.start(["run", "-j", "1"]);
    const step = await gate.arrival("step");
    run.signal("SIGKILL");
    await step.gone;
    await run.outcome;
    const shown = await project.passing(["show"]);
    expect(shown.stderr).toMatch(/^note: run \w+ has crashed: its process is gone, and what it left behind was removed\n$/);
    expect(shown.stdout).toContain("status    crashed");
    expect(await project.passing(["show"])).toMatchObject({ stderr: "", stdout: shown.stdout });
  });
});
