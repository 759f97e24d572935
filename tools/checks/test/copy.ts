import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { root } from "../../setup/packages.ts";
import { filesOfGit } from "../check.ts";

/** A copy of the repository's files in which a test may plant what it likes; the installed dependencies are the original's. */
export interface Copy extends Disposable {
  readonly directory: string;
  /** Writes a file and lets git know it. */
  plant(file: string, text: string): void;
}

/** Copies what git has of the repository. */
export async function copyOfRepository(): Promise<Copy> {
  const directory = mkdtempSync(path.join(os.tmpdir(), "fresco-lint-"));
  const files = await filesOfGit(root, [""]);
  for (const file of files.filter(Boolean)) cpSync(path.join(root, file), path.join(directory, file), { verbatimSymlinks: true });
  const packages = files.filter((file) => file.endsWith("/package.json")).map((file) => path.dirname(file));
  for (const each of packages) linkDependencies(path.join(root, each), path.join(directory, each));
  symlinkSync(path.join(root, "node_modules"), path.join(directory, "node_modules"));
  execFileSync("git", ["init", "--quiet"], { cwd: directory });
  return {
    directory,
    plant(file, text) {
      mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
      writeFileSync(path.join(directory, file), text);
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true }),
  };
}

/** pnpm's links are relative: copied as they are, they lead to the copy's packages, and through its root to the original's libraries. */
function linkDependencies(from: string, to: string): void {
  const links = path.join(from, "node_modules");
  if (existsSync(links)) cpSync(links, path.join(to, "node_modules"), { recursive: true, verbatimSymlinks: true });
}
