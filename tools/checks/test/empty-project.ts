import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { packAll } from "../../setup/pack.ts";
import { root } from "../../setup/packages.ts";
import { type Outcome, outcomeOf } from "../process.ts";

/** A project of somebody else, with this repository's packages installed from their tarballs by npm. */
export class EmptyProject implements Disposable {
  readonly directory = mkdtempSync(path.join(os.tmpdir(), "fresco-library-"));

  /** Installs all packages, and `others` from the registry (name to version range). @throws Error with npm's words. */
  async install(others: Readonly<Record<string, string>>): Promise<void> {
    const tarballs = await packAll(path.join(this.directory, "packs"));
    const dependencies = Object.fromEntries([...tarballs].map(([name, file]) => [name, `file:${file}`]));
    // Workspace versions became plain ones, which no registry has yet: each leads to its tarball.
    const manifest = { name: "empty", type: "module", dependencies, overrides: dependencies, devDependencies: others };
    writeFileSync(path.join(this.directory, "package.json"), JSON.stringify(manifest));
    const { code, stderr } = await outcomeOf("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: this.directory });
    if (code !== 0) throw new Error(stderr);
  }

  /** Writes a file in a folder of its own, where it can be run and leave things. */
  write(folder: string, name: string, text: string): string {
    const directory = path.join(this.directory, folder);
    mkdirSync(directory, { recursive: true });
    writeFileSync(path.join(directory, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(path.join(directory, name), text);
    return path.join(directory, name);
  }

  /** Runs a file in its own folder. */
  run(file: string): Promise<Outcome> {
    return outcomeOf(process.execPath, [file], { cwd: path.dirname(file) });
  }

  /** Type-checks files as strictly as can be. */
  check(files: readonly string[]): Promise<Outcome> {
    const strict = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--allowImportingTsExtensions"];
    const platform = ["--module", "nodenext", "--target", "es2024", "--lib", "es2024,esnext.disposable,esnext.array", "--types", "node"];
    const tsc = path.join(root, "node_modules/.bin/tsc");
    return outcomeOf(tsc, [...strict, ...platform, "--ignoreConfig", ...files], { cwd: this.directory });
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
