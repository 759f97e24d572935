import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { root } from "../setup/packages.ts";

/** A copy of an example, committed to a git repository of its own, with a home of its own for Fresco. Disposing removes all of it. */
export interface DemoProject extends Disposable {
  readonly directory: string;
  readonly frescoHome: string;
  /** Where steps' outputs are copied to. */
  readonly exported: string;
  /** Replaces text in one of its files. */
  edit(file: string, from: string, to: string): void;
  /** What git says has changed since the commit, one line a file. */
  status(): string;
}

/** Copies `examples/NAME` into a temporary directory. */
export function copyExample(name: string): DemoProject {
  const temporary = mkdtempSync(path.join(tmpdir(), "fresco-demo-"));
  const directory = path.join(temporary, name);
  const built = new Set(["node_modules", "dist"]);
  cpSync(path.join(root, "examples", name), directory, { recursive: true, filter: (file) => !built.has(path.basename(file)) });
  git(directory, "init", "--quiet");
  git(directory, "add", "--all");
  git(directory, "commit", "--quiet", "--message", "The example");
  return {
    directory,
    frescoHome: path.join(temporary, "home"),
    exported: path.join(temporary, "exported"),
    edit: (file, from, to) => edit(path.join(directory, file), from, to),
    status: () => git(directory, "status", "--porcelain"),
    [Symbol.dispose]: () => remove(temporary),
  };
}

/** Nothing of the user's configuration matters: no name is needed, no hook runs, nothing is signed. */
const SETTINGS = ["user.name=demo", "user.email=demo@example.invalid", "commit.gpgSign=false", "core.hooksPath=/dev/null"];

function git(directory: string, ...parameters: readonly string[]): string {
  return execFileSync("git", ["-C", directory, ...SETTINGS.flatMap((setting) => ["-c", setting]), ...parameters], { encoding: "utf8" });
}

function edit(file: string, from: string, to: string): void {
  const before = readFileSync(file, "utf8");
  if (!before.includes(from)) throw new Error(`${file} does not contain "${from}"`);
  writeFileSync(file, before.replaceAll(from, to));
}

function remove(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true });
  } catch {
    // A package may have installed directories that deny their owner writing.
    for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      if (entry.isDirectory()) chmodSync(path.join(entry.parentPath, entry.name), 0o700);
    }
    rmSync(directory, { recursive: true, force: true });
  }
}
