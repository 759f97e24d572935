import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TemporaryProject } from "./harness.ts";

const CACHED_AT = /^(\S+) +● cached$/gm;

async function pipelineOf(files: Readonly<Record<string, string>>): Promise<string> {
  await using project = await TemporaryProject.create(files);
  await project.passing(["init"]);
  return readFile(join(project.root, ".fresco/pipeline.ts"), "utf8");
}

describe("fresco init", () => {
  it("writes a pipeline and an editor's files, says so, and the next command works, from the cache the second time", async () => {
    await using project = await TemporaryProject.create({
      "package.json": JSON.stringify({
        name: "a",
        scripts: { lint: "true", test: "echo tested", build: "mkdir -p dist && echo built > dist/a.js" },
      }),
    });
    const { stdout } = await project.passing(["init"]);
    expect(stdout).toBe(
      [
        "recognised package.json without a lock file",
        "wrote .fresco/pipeline.ts (the pipeline: yours to edit and to commit)",
        "wrote .fresco/tsconfig.json (for editors)",
        "wrote .fresco/types/fresco.d.ts (for editors)",
        "next: `fresco run` executes the 3 steps; the second time it takes them from the cache\n",
      ].join("\n"),
    );
    for (let attempt = 1; ; attempt++) {
      const cold = await project.passing(["run"]);
      // Something was installed on this machine meanwhile; what ran then is not stored.
      if (!cold.stderr.includes("not stored") || attempt === 3) break;
    }
    const warm = await project.passing(["run"]);
    expect(new Set([...warm.stdout.matchAll(CACHED_AT)].map(([, step]) => step))).toEqual(new Set(["build", "lint", "test"]));
  });

  it("writes over nothing without --force, and names what exists", async () => {
    await using project = await TemporaryProject.create({ ".fresco/pipeline.ts": "mine", "go.mod": "module a\n" });
    const refused = await project.fresco(["init"]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toBe(
      "error[init.exists]: Nothing was written, because .fresco/pipeline.ts exists already.\nhint: Pass --force to write over what exists.\n",
    );
    expect(await readFile(join(project.root, ".fresco/pipeline.ts"), "utf8")).toBe("mine");
    await expect(access(join(project.root, ".fresco/tsconfig.json"))).rejects.toThrow("ENOENT");
    await project.passing(["init", "--force"]);
    expect(await readFile(join(project.root, ".fresco/pipeline.ts"), "utf8")).toContain("go test ./...");
  });

  it("lets only the files that decide what is installed decide when to install", async () => {
    const text = await pipelineOf({
      "package.json": JSON.stringify({
        dependencies: { a: "1" },
        scripts: { build: "tsc", test: 'echo "Error: no test specified" && exit 1' },
      }),
      "package-lock.json": "{}",
      "tsconfig.json": '{ "compilerOptions": { "outDir": "./lib" } }',
    });
    expect(text).toContain('const install = sh("npm ci --no-audit --no-fund"');
    expect(text).toContain('cache: onChange("/package.json", "/package-lock.json")');
    expect(text).toContain('install.sh("npm run build", { id: "build", cache: source, outputs: ["/lib"] })');
    expect(text).not.toContain("npm run test");
    expect(text).toContain('pipeline("ci", [build]');
  });

  it("installs again after a day where there is no lock file, and sees everything where installing runs the project's own scripts", async () => {
    const manifest = { dependencies: { a: "1" }, scripts: { test: "true" } };
    expect(await pipelineOf({ "package.json": JSON.stringify(manifest) })).toContain('cache: all(onChange("/package.json"), ttl("1d"))');
    const preparing = { ...manifest, scripts: { prepare: "tsc" } };
    expect(await pipelineOf({ "package.json": JSON.stringify(preparing), "package-lock.json": "{}" })).toContain(
      '{ id: "install", cache: source }',
    );
    const hooking = { ...manifest, scripts: { prepare: "husky" } };
    expect(await pipelineOf({ "package.json": JSON.stringify(hooking), "package-lock.json": "{}" })).toContain('"/package-lock.json")');
  });

  it("follows what requirements name: other files, constraints, folders of wheels", async () => {
    const text = await pipelineOf({
      "requirements.txt": "-r more/base.txt\n--find-links wheels\nrequests==2 # x\n",
      "more/base.txt": "-c limits.txt\npytest\n",
      "more/limits.txt": "",
      "wheels/a.whl": "",
    });
    expect(text).toContain('onChange("/requirements.txt", "/more/base.txt", "/more/limits.txt", "/wheels")');
    expect(text).toContain(".venv/bin/python -m pytest");
  });

  it("keeps the parts of a project of several kinds apart", async () => {
    const text = await pipelineOf({
      "package.json": JSON.stringify({ scripts: { test: "true" } }),
      "go.mod": "module a\n\nrequire example.com/b v1.0.0\n",
      "Cargo.toml": '[package]\nname = "tool"\n',
      "Cargo.lock": "",
      "src/main.rs": "fn main() {}\n",
    });
    expect([...text.matchAll(/\bid: "([^"]+)"/g)].map(([, id]) => id)).toEqual([
      "node-test",
      "rust-install",
      "rust-test",
      "rust-build",
      "go-install",
      "go-lint",
      "go-test",
      "go-build",
    ]);
    expect(text).toContain('outputs: ["/target/release/tool"]');
  });

  it("takes over the user's registry, which steps cannot see, and never a credential", async () => {
    await using project = await TemporaryProject.create({
      "package.json": JSON.stringify({ dependencies: { a: "1" } }),
      "package-lock.json": "{}",
    });
    await project.write({ "../home/.npmrc": "registry=https://npm.example.com/\n//npm.example.com/:_authToken=geheim\n" });
    const { stdout } = await project.passing(["init"]);
    const text = await readFile(join(project.root, ".fresco/pipeline.ts"), "utf8");
    expect(text).toContain('npm_config_registry: env("npm_config_registry", "https://npm.example.com/")');
    expect(stdout).toContain("--secret NPM_TOKEN");
    expect(text + stdout).not.toContain("geheim");
  });

  it("writes a step that works where it recognises nothing", async () => {
    await using project = await TemporaryProject.create({ "notes.txt": "" });
    expect((await project.passing(["init"])).stdout).toContain("recognised no package.json, pyproject.toml, Cargo.toml or go.mod");
    expect((await project.passing(["run"])).stdout).toContain("notes.txt");
  });

  it("says which file it cannot read", async () => {
    await using project = await TemporaryProject.create({ "package.json": "{" });
    const { code, stderr } = await project.fresco(["init"]);
    expect(code).toBe(2);
    expect(stderr).toContain("error[init.unreadable]: package.json is no JSON object.");
  });
});
