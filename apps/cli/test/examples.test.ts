import { execFile } from "node:child_process";
import { cp, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { TemporaryProject } from "./harness.ts";

const run = promisify(execFile);
const EXAMPLES = fileURLToPath(new URL("../../../examples", import.meta.url));

/** A copy of an example, committed, as somebody who cloned it has it. */
async function example(name: string): Promise<TemporaryProject> {
  const project = await TemporaryProject.create();
  const made = new Set(["node_modules", "dist", ".venv"]);
  await cp(join(EXAMPLES, name), project.root, { recursive: true, filter: (path) => !made.has(basename(path)) });
  for (const words of [
    ["init", "-q"],
    ["add", "-A"],
    ["commit", "-qm", "example"],
  ])
    await project.git(...words);
  return project;
}

/** Step → status, and everything that was printed. */
async function statuses(project: TemporaryProject): Promise<{ readonly of: Readonly<Record<string, string>>; readonly text: string }> {
  const { stdout, stderr } = await project.passing(["run"]);
  const lines = [...stdout.matchAll(/^(\S+) +[✓●] (passed|cached)/gm)];
  return { of: Object.fromEntries(lines.map(([, step = "", status = ""]) => [step, status])), text: stdout + stderr };
}

/** A first run whose results were stored: what is installed on the machine meanwhile is in every key. */
async function cold(project: TemporaryProject): Promise<void> {
  const first = await statuses(project);
  expect(new Set(Object.values(first.of))).toEqual(new Set(["passed"]));
  for (let attempt = 0; attempt < 3; attempt++) if (!(await statuses(project)).text.includes("not stored")) return;
}

async function edit(project: TemporaryProject, file: string, from: string, to: string): Promise<void> {
  const path = join(project.root, file);
  const text = await readFile(path, "utf8");
  expect(text).toContain(from);
  await writeFile(path, text.replaceAll(from, to));
}

/** Does a command end well, with the programs that a step finds? */
async function succeeds(command: string): Promise<boolean> {
  const env = { ...process.env, PATH: "/usr/local/bin:/usr/bin:/bin" };
  return run("/bin/sh", ["-c", command], { env, timeout: 60_000 }).then(
    () => true,
    () => false,
  );
}

describe("the examples", () => {
  it("node: cold, warm, and after an edit exactly what sees the edited file", { timeout: 180_000 }, async (t) => {
    t.skip(!(await succeeds("command -v npm")), "no npm in /usr/local/bin, /usr/bin or /bin");
    t.skip(!(await succeeds("npm view npm version")), "npm cannot reach its registry");
    await using project = await example("node");
    await cold(project);
    const cached = { install: "cached", sample: "cached", lint: "cached", test: "cached", build: "cached", report: "passed" };
    expect((await statuses(project)).of).toEqual(cached);
    await edit(project, "src/greeting.js", "Words, counted", "Words, anew");
    const edited = await statuses(project);
    expect(edited.of).toEqual({ ...cached, lint: "passed", build: "passed" });
    expect(edited.text).toContain("│ Words, anew\n");
    await edit(project, "package.json", '"1.0.0"', '"1.0.1"');
    expect((await statuses(project)).of).toMatchObject({ sample: "cached", install: "passed", build: "passed" });
  });

  it("python: cold, warm, and after edits of the source and of the wheel's source", { timeout: 120_000 }, async (t) => {
    await using project = await example("python");
    t.skip(
      !(await succeeds("python3 -c 'import ensurepip, venv'")),
      "no python3 with venv and ensurepip in /usr/local/bin, /usr/bin or /bin",
    );
    await cold(project);
    const cached = { venv: "cached", wheel: "cached", install: "cached", test: "cached", greet: "passed" };
    expect((await statuses(project)).of).toEqual(cached);
    await edit(project, "src/greet/__init__.py", "fresh plaster", "wet plaster");
    const edited = await statuses(project);
    expect(edited.of).toEqual({ ...cached, test: "passed" });
    expect(edited.text).toContain("│ WET PLASTER!\n");
    await edit(project, "wheels/shout/shout/__init__.py", "text.upper()", "text.upper()[::1]");
    expect((await statuses(project)).of).toEqual({ ...cached, wheel: "passed", install: "passed", test: "passed" });
  });
});
