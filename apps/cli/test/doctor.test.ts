import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { judgeGit } from "../src/doctor/programs.ts";
import { renderFindings } from "../src/doctor/report.ts";
import { toolchainFindings } from "../src/doctor/sandbox.ts";
import { strategyFindings } from "../src/doctor/state.ts";
import { styleFor } from "../src/output/style.ts";
import { TemporaryProject } from "./harness.ts";

const plain = styleFor({}, {});

describe("fresco doctor", () => {
  it("tries everything that a run needs, and ends with 0", async () => {
    await using project = await TemporaryProject.create();
    const { stdout, stderr } = await project.passing(["doctor"]);
    expect(stderr).toBe("");
    const topics = new Set([...stdout.matchAll(/^[✓▲] (\w+)/gm)].map(([, topic]) => topic));
    expect([...topics]).toEqual(["node", "git", "docker", "state", "store", "workspaces", "sandbox", "toolchains", "leftovers"]);
    expect(stdout).toContain(`${project.state}/state: mode 0700, on a local file system, `);
    expect(stdout).toMatch(/A run would work\.\n$/);
  });

  it("tells the same as JSON", async () => {
    await using project = await TemporaryProject.create();
    const { stdout } = await project.passing(["doctor", "--format", "json"]);
    expect(JSON.parse(stdout)).toMatchObject({ v: 1, ok: true });
    expect(stdout).toContain('"findings":[{"topic":"node","status":"ok","text":"');
  });

  it("ends with 125 when no run would work, says why and what to do, and still looks at the rest", async () => {
    await using project = await TemporaryProject.create();
    await mkdir(project.state);
    await writeFile(join(project.state, "state"), "");
    const { code, stdout } = await project.fresco(["doctor"]);
    expect(code).toBe(125);
    expect(stdout).toContain(`✗ store       The directory ${project.state}/state cannot be made.`);
    expect(stdout).toContain("hint: Let FRESCO_HOME name a directory that you may write to.");
    expect(stdout).toContain("✓ sandbox");
    expect(stdout).toMatch(/A run would not work: see what is marked ✗\.\n$/);
  });

  it("names directories that nothing accounts for, and removes none of them", async () => {
    await using project = await TemporaryProject.create();
    await project.passing(["doctor"]);
    const strange = join(project.state, "state/l/strange");
    await mkdir(strange);
    expect((await project.passing(["doctor"])).stdout).toContain(`▲ leftovers   nothing accounts for ${strange}\n`);
  });

  it("reads like this where much is missing", () => {
    const text = renderFindings(
      [
        judgeGit("git version 2.25.1"),
        ...strategyFindings({
          overlay: false,
          directory: "copy",
          reasons: { overlay: "an overlay cannot be mounted here: permission denied" },
        }),
        { topic: "sandbox", status: "problem", text: "The kernel refuses the namespaces of a sandbox.", hint: "Allow user namespaces." },
        ...toolchainFindings(["/home/me/.nvm"], new Map([["node", "/home/me/.nvm/bin/node"]]), "/nowhere"),
      ],
      plain,
    );
    expect(text).toMatchInlineSnapshot(`
      "✗ git         2.25.1 is too old to freeze the source
                    hint: Install git 2.34 or newer.
      ▲ workspaces  plain directories by copying every file
      ▲ workspaces  no overlay: an overlay cannot be mounted here: permission denied
      ✗ sandbox     The kernel refuses the namespaces of a sandbox.
                    hint: Allow user namespaces.
      ✓ toolchains  steps find node; bound read-only: /home/me/.nvm
      A run would not work: see what is marked ✗.
      "
    `);
  });

  it("says where a command is that steps do not find, and how to let them", () => {
    const seen = new Map([["node", ""]]);
    const path = process.execPath.replace(/\/node$/, "");
    const [, missed] = toolchainFindings([], seen, path);
    expect(missed?.text).toBe(`steps do not find node, which is at ${process.execPath}`);
    expect(missed?.hint).toBe(`Where a pipeline needs it, add \`toolchains: ["${path.replace(/\/bin$/, "")}"]\` to its options.`);
  });

  it("accepts a git that is new enough", () => {
    expect(judgeGit("git version 2.50.1 (Apple Git-155)\n")).toEqual({ topic: "git", status: "ok", text: "2.50.1" });
    expect(judgeGit("git version 2.33.8").status).toBe("problem");
  });
});
