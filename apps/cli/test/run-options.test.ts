import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { linesOf, statuses } from "./events.ts";
import { Gate } from "./gate.ts";
import { TemporaryProject } from "./harness.ts";
import { textLike, textWith } from "./matchers.ts";

const TREE = `
const deps = sh("echo deps", { id: "deps", cache: forever() });
const lint = deps.sh("echo lint", { id: "lint", cache: forever() });
const test = deps.sh("echo test", { id: "test", cache: forever() });
export default pipeline("ci", [lint, test.sh("echo report", { id: "report", cache: forever() })]);`;

describe("what is selected", () => {
  it("runs the steps of --only, or a step in a pipeline's place, and what they need", async () => {
    await using project = await TemporaryProject.create();
    await project.pipeline(TREE);
    const expected = { deps: "passed", lint: "skipped", test: "passed", report: "skipped" };
    expect(statuses(await project.passing(["run", "test", "--format", "json"]))).toEqual(expected);
    expect(statuses(await project.passing(["run", "--only", "test", "--no-cache", "--format", "json"]))).toEqual(expected);
    expect(statuses(await project.passing(["run", "--only", "test", "--only", "lint", "--format", "json"]))).toEqual({
      deps: "cached",
      lint: "passed",
      test: "cached",
      report: "skipped",
    });
  });

  it("executes the step of --from and what depends on it, and takes the rest from the cache", async () => {
    await using project = await TemporaryProject.create();
    await project.pipeline(TREE);
    await project.passing(["run"]);
    expect(statuses(await project.passing(["run", "--from", "test", "--format", "json"]))).toEqual({
      deps: "cached",
      lint: "skipped",
      test: "passed",
      report: "passed",
    });
  });

  it("names the nearest step for one that there is not", async () => {
    await using project = await TemporaryProject.create();
    await project.pipeline(TREE);
    for (const words of [
      ["run", "--only", "tset"],
      ["run", "--from", "tset"],
      ["plan", "--only", "tset"],
    ]) {
      const { code, stderr } = await project.fresco(words);
      expect(code).toBe(2);
      expect(stderr).toBe(
        'error[run.unknown-step]: there is no step "tset"; did you mean test?\nhint: the steps of "ci": deps, lint, test, report\n',
      );
    }
  });

  it("executes no more steps at a time than -j allows", async () => {
    await using project = await TemporaryProject.create();
    await using gate = await Gate.open();
    const step = (id: string): string => `sh(${JSON.stringify(gate.pass("step"))}, { id: "${id}", shell: "/bin/bash -e" })`;
    await project.pipeline(`export default pipeline("ci", [${step("a")}, ${step("b")}, ${step("c")}]);`);
    const run = project.start(["run", "-j", "2"]);
    const [first, second] = [await gate.arrival("step"), await gate.arrival("step")];
    expect(gate.waiting("step")).toBe(0);
    first.letThrough();
    const third = await gate.arrival("step");
    second.letThrough();
    third.letThrough();
    expect((await run.outcome).code).toBe(0);
    for (const amount of ["0", "-1", "x", "150x"])
      expect(await project.fresco(["run", `-j${amount}`])).toMatchObject({
        code: 2,
        stderr: textWith("error[usage.parallel]"),
      });
  });
});

describe("variables and secrets", () => {
  it("gives steps CI, the declared variables and those of -e, and nothing else of the caller's", async () => {
    await using project = await TemporaryProject.create();
    await project.pipeline(
      `export default pipeline("ci", [sh("env", { id: "show", env: { OWN: "1", TAKEN: env("TAKEN"), USUAL: env("USUAL", "default") } })], { env: { ALL: "2" } });`,
    );
    const outcome = await project.passing(["run", "--format", "json", "-e", "GIVEN=a=b"], { env: { TAKEN: "3", STRAY: "x" } });
    const seen = linesOf(outcome, "show");
    expect(seen).toEqual(expect.arrayContaining(["CI=true", "OWN=1", "TAKEN=3", "USUAL=default", "ALL=2", "GIVEN=a=b"]));
    expect(seen.filter((line) => /^(?:STRAY|FRESCO_HOME)=/.test(line))).toEqual([]);
  });

  it("refuses a malformed -e, and names every variable and secret that is missing, before anything runs", async () => {
    await using project = await TemporaryProject.create();
    await project.pipeline(
      `export default pipeline("ci", [sh("true", { id: "a", env: { A: env("ABSENT") } }), sh("true", { id: "b", env: { B: secrets.TOKEN } })]);`,
    );
    for (const word of ["NAME", "=x", "1A=x", "A-B=x"]) {
      expect(await project.fresco(["run", "-e", word])).toMatchObject({
        code: 2,
        stderr: textLike(`^error\\[usage\\.env\\]: -e ${word} is no NAME=VALUE\n`),
      });
    }
    const { code, stdout, stderr } = await project.fresco(["run"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("ABSENT");
    expect(stderr).toContain("TOKEN");
    expect(await project.fresco(["run", "--secret", "TOKEN"])).toMatchObject({
      code: 2,
      stderr: textWith("error[secret.missing]: no value for TOKEN: not in the environment\n"),
    });
    expect((await project.passing(["runs"])).stdout).toBe("no runs yet\n");
  });

  it("keeps a secret out of output, logs, the store and the list of processes", async ({ skip }) => {
    skip(process.platform !== "linux", "arguments of processes are read from /proc");
    await using project = await TemporaryProject.create();
    await using gate = await Gate.open();
    const secret = "s3cr3t-value-0123456789";
    const script = `echo "is $TOKEN"; printf %s "\${TOKEN%%-*}"; ${gate.pass("middle")}; echo "-\${TOKEN#*-}"; test "$TOKEN" = ${secret.replace("t-", "t''-")}`;
    await project.pipeline(
      `export default pipeline("ci", [sh(${JSON.stringify(script)}, { id: "use", shell: "/bin/bash -e", env: { TOKEN: secrets.TOKEN }, cache: forever() })]);`,
    );
    for (const [words, env] of [
      [["--secret", `TOKEN=${secret}`], {}],
      [["--secret", "TOKEN", "--no-cache"], { TOKEN: secret }],
    ] as const) {
      const run = project.start(["run", ...words], { env });
      const step = await gate.arrival("middle");
      const arguments_ = globSync("/proc/[0-9]*/cmdline").map((file) => {
        try {
          return readFileSync(file, "utf8");
        } catch {
          // It ended meanwhile.
          return "";
        }
      });
      expect(arguments_.filter((text) => text.includes(secret))).toEqual([]);
      step.letThrough();
      const { code, stdout, stderr } = await run.outcome;
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stdout).toContain("is ***\n");
      expect(`${stdout}${stderr}`).not.toContain(secret);
    }
    expect((await project.passing(["logs", "use"])).stdout).toBe("is ***\n***\n");
    // 1: searched everything and found nothing.
    expect(spawnSync("grep", ["-rlaF", secret, project.state], { encoding: "utf8" })).toMatchObject({ status: 1, stdout: "" });
  });
});

describe("--export", () => {
  const BUILD = `
export default pipeline("ci", [sh("mkdir -p dist; echo built > dist/app; echo other > other", { id: "build", outputs: ["dist"], cache: forever() })]);`;

  it("copies the declared outputs out, after a hit too, and never writes into the project otherwise", async () => {
    await using project = await TemporaryProject.create();
    await project.pipeline(BUILD);
    await project.passing(["run"]);
    expect(existsSync(join(project.root, "dist"))).toBe(false);
    const { stderr } = await project.passing(["run", "--export", "build=out"]);
    expect(stderr).toContain(`exported build: `);
    expect(await readFile(join(project.root, "out/dist/app"), "utf8")).toBe("built\n");
    expect(existsSync(join(project.root, "out/other"))).toBe(false);
    await project.passing(["run", "--export", "build=out"]);
  });

  it("does not write over a file that changed since the run began, unless it is forced", async () => {
    await using project = await TemporaryProject.create();
    await using gate = await Gate.open();
    await project.pipeline(
      `export default pipeline("ci", [sh(${JSON.stringify(`echo built > app; ${gate.pass("build")}`)}, { id: "build", shell: "/bin/bash -e", outputs: ["app"] })]);`,
    );
    const exporting = async (...more: readonly string[]): Promise<{ code: number | null; stderr: string }> => {
      const run = project.start(["run", "--export", "build=out", ...more]);
      const step = await gate.arrival("build");
      await project.write({ "out/app": "by hand\n" });
      step.letThrough();
      return run.outcome;
    };
    const refused = await exporting();
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(
      `error[export.refused]: the outputs of build were not copied:\n${project.root}/out/app: changed since the run began\nhint: `,
    );
    expect(await readFile(join(project.root, "out/app"), "utf8")).toBe("by hand\n");
    expect((await exporting("--force")).code).toBe(0);
    expect(await readFile(join(project.root, "out/app"), "utf8")).toBe("built\n");
  });

  it("refuses a step that there is not, before anything runs", async () => {
    await using project = await TemporaryProject.create();
    await project.pipeline(BUILD);
    expect((await project.fresco(["run", "--export", "build"])).stderr).toContain("error[usage.export]: --export build is no STEP=DIR\n");
    const { code, stdout, stderr } = await project.fresco(["run", "--export", "biuld=out"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe(
      'error[export.unknown-step]: there is no step "biuld" to export; did you mean build?\nhint: the steps of "ci": build\n',
    );
    expect((await project.passing(["runs"])).stdout).toBe("no runs yet\n");
  });
});
