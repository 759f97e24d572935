import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { TemporaryProject } from "./harness.ts";
import { someText } from "./matchers.ts";

const COMMANDS = ["run", "plan", "list", "graph", "render", "runs", "show", "logs", "explain", "init", "doctor", "version", "help"];

describe("help and version", () => {
  it("prints the overview on stdout for a bare `fresco`, `-h`, `--help` and `help`", async () => {
    await using project = await TemporaryProject.create();
    for (const words of [[], ["-h"], ["--help"], ["help"]]) {
      const { code, stdout, stderr } = await project.passing(words);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      await expect(stdout).toMatchFileSnapshot("golden/help.txt");
    }
  });

  it("says what a command takes, by `help COMMAND` and by `COMMAND -h`", async () => {
    await using project = await TemporaryProject.create();
    for (const command of COMMANDS) {
      const { stdout } = await project.passing(["help", command]);
      expect(stdout).toContain(`usage: fresco ${command}`);
      expect((await project.passing([command, "-h"])).stdout).toBe(stdout);
    }
    await expect((await project.passing(["run", "--help"])).stdout).toMatchFileSnapshot("golden/help-run.txt");
  });

  it("tells the versions, and opens nothing for it", async () => {
    await using project = await TemporaryProject.create();
    const { stdout } = await project.passing(["version"]);
    expect(stdout).toMatch(/^fresco {4}\d+\.\d+\.\d+\nnode {6}\d+\.\d+\.\d+\nplatform {2}\w+ \w+\n$/);
    for (const word of ["--version", "-V"]) expect((await project.passing([word])).stdout).toBe(stdout);
    expect(JSON.parse((await project.passing(["version", "--format", "json"])).stdout)).toMatchObject({ fresco: someText });
    await project.passing(["help"]);
    // Only what Node compiled, no store.
    expect(readdirSync(project.state)).toEqual(["cache"]);
  });

  it("names the nearest command for one that there is not, with exit code 2", async () => {
    await using project = await TemporaryProject.create();
    for (const words of [["rnu"], ["help", "rnu"]]) {
      expect(await project.fresco(words)).toMatchObject({
        code: 2,
        stdout: "",
        stderr: 'error[usage.command]: there is no command "rnu"; did you mean run or runs?\nhint: `fresco help` names them all\n',
      });
    }
  });

  it("refuses options and arguments that a command does not take, with its usage", async () => {
    await using project = await TemporaryProject.create();
    expect(await project.fresco(["list", "--nope"])).toMatchObject({
      code: 2,
      stderr: "error[usage.option]: Unknown option '--nope'\nhint: usage: fresco list [options]\n",
    });
    expect(await project.fresco(["list", "extra"])).toMatchObject({
      code: 2,
      stderr: 'error[usage.argument]: unexpected argument "extra"\nhint: usage: fresco list [options]\n',
    });
    expect(await project.fresco(["list", "--format", "yaml"])).toMatchObject({
      code: 2,
      stderr: "error[usage.format]: --format yaml is none of human, json\nhint: usage: fresco list [options]\n",
    });
  });

  it("says how to begin where there is no project", async () => {
    await using project = await TemporaryProject.create();
    for (const command of ["run", "list", "plan", "graph", "render", "runs"]) {
      const { code, stderr } = await project.fresco([command]);
      expect(code).toBe(2);
      expect(stderr).toBe(
        `error[project.none]: there is no .fresco directory in ${project.root} or above it\nhint: \`fresco init\` writes a first pipeline; \`-C DIR\` names another project\n`,
      );
    }
  });
});
