import { copyFileSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { publishedPackages } from "../../setup/packages.ts";
import { outcomeOf } from "../process.ts";
import { EmptyProject } from "./empty-project.ts";

const sources = path.join(import.meta.dirname, "library");
const project = new EmptyProject();
const examples = publishedPackages().flatMap(({ directory, manifest: { name } }) => {
  const readme = globSync("README.md", { cwd: directory }).map((file) => readFileSync(path.join(directory, file), "utf8"));
  return name === "fresco" ? [] : [{ name, example: /^```ts\n([^]*?)^```$/m.exec(readme.join(""))?.[1] }];
});

beforeAll(async () => {
  await project.install({ "@types/node": "^24.0.0" });
}, 180_000);

afterAll(() => project[Symbol.dispose]());

function snippet(name: string): string {
  return project.write("snippets", name, readFileSync(path.join(sources, name), "utf8"));
}

describe("The snippets of the design page run from packed tarballs in an empty project", () => {
  it("plan a DAG", async () => {
    const { stdout, stderr } = await project.run(snippet("plan-a-dag.ts"));
    expect([stdout, stderr]).toEqual(['ci [{"type":"finish","status":"passed"}]\n', ""]);
  });

  it("compute and compare keys", async () => {
    const { stdout, stderr } = await project.run(snippet("compare-keys.ts"));
    const change = { field: "view", path: "a.txt" };
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^64 /);
    expect(JSON.parse(stdout.slice(3))).toMatchObject([change]);
  });

  it("bring your own sandbox", async () => {
    snippet("my-sandbox.ts");
    const { stdout, stderr } = await project.run(snippet("bring-your-own.ts"));
    expect(stderr).toBe("");
    expect(stdout.split("\n").filter((line) => line === "hello" || line.startsWith("passed"))).toEqual([
      "hello",
      "passed passed",
      "hello",
      "passed cached",
    ]);
  });

  it("with types", async () => {
    const files = globSync("*.ts", { cwd: sources, exclude: ["*.contract.ts"] }).map(snippet);
    const { code, stdout } = await project.check(files);
    expect(code, stdout).toBe(0);
  });
});

describe("The example of each package's README runs from its tarball", () => {
  it.each(examples)("$name", async ({ name, example }) => {
    if (example === undefined) throw new Error(`the README of ${name} has no example`);
    const { code, stderr } = await project.run(project.write(name, "example.ts", example));
    expect(code, stderr).toBe(0);
  });

  it("with types", async () => {
    const files = examples.flatMap(({ name, example }) => (example === undefined ? [] : [project.write(name, "example.ts", example)]));
    const { code, stdout } = await project.check(files);
    expect(code, stdout).toBe(0);
  });
});

it("A foreign sandbox passes the contract of sandboxes, as it comes in the tarball", { timeout: 180_000 }, async () => {
  await outcomeOf("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--save-dev", "vitest@^5.1.1"], {
    cwd: project.directory,
  });
  snippet("my-sandbox.ts");
  copyFileSync(path.join(sources, "my-sandbox.contract.ts"), path.join(project.directory, "snippets/my-sandbox.test.ts"));
  const vitest = path.join(project.directory, "node_modules/vitest/vitest.mjs");
  const { code, stdout, stderr } = await outcomeOf(process.execPath, [vitest, "run"], { cwd: path.join(project.directory, "snippets") });
  expect(code, stdout + stderr).toBe(0);
});
