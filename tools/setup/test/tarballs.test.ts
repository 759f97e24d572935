import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { outcomeOf } from "../../checks/process.ts";
import { packAll } from "../pack.ts";
import { publishedPackages, root } from "../packages.ts";

it("The packed packages install into an empty project with npm, load, and have types", { timeout: 180_000 }, async () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), "fresco-tarballs-"));
  try {
    const tarballs = await packAll(path.join(directory, "packs"));
    const dependencies = Object.fromEntries([...tarballs].map(([name, file]) => [name, `file:${file}`]));
    // Workspace versions became plain ones, which no registry has yet: each leads to its tarball.
    const manifest = {
      name: "empty",
      type: "module",
      dependencies,
      overrides: dependencies,
      devDependencies: { "@types/node": "^24.0.0" },
    };
    writeFileSync(path.join(directory, "package.json"), JSON.stringify(manifest));
    const installed = await outcomeOf("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: directory });
    expect(installed.code, installed.stderr).toBe(0);

    const names = publishedPackages().map(({ manifest: { name } }) => name);
    writeFileSync(path.join(directory, "load.js"), names.map((name) => `await import(${JSON.stringify(name)});\n`).join(""));
    const ran = await outcomeOf(process.execPath, ["load.js"], { cwd: directory });
    expect(ran.code, ran.stderr).toBe(0);

    writeFileSync(
      path.join(directory, "types.ts"),
      names.map((name, index) => `export * as p${index} from ${JSON.stringify(name)};\n`).join(""),
    );
    const options = [
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2024",
      "--lib",
      "es2024,esnext.disposable",
      "--types",
      "node",
    ];
    const tsc = path.join(root, "node_modules/.bin/tsc");
    const compiled = await outcomeOf(tsc, [...options, "--ignoreConfig", "types.ts"], { cwd: directory });
    expect(compiled.code, compiled.stdout).toBe(0);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
