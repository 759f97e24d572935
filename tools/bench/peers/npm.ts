import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Packages `p0`, `p1`, … of a workspace, each with these fields besides its name. */
export function makePackages(cwd: string, root: object, fieldsOf: (index: number) => object, count: number): void {
  writeJson(path.join(cwd, "package.json"), { name: "bench", private: true, workspaces: ["packages/*"], ...root });
  for (let i = 0; i < count; i += 1) {
    writeJson(path.join(cwd, `packages/p${i}/package.json`), { name: `p${i}`, version: "1.0.0", ...fieldsOf(i) });
  }
}

export function writeJson(file: string, value: unknown): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(value));
}

/** Installs a tool beside the packages, with a lock file as a project has one. @returns why not, where it cannot be had. */
export function install(cwd: string, tool: string): string | undefined {
  const { status, error } = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--save-dev", tool], { cwd, stdio: "ignore" });
  if (error !== undefined) return "npm does not run";
  return status === 0 ? undefined : `npm cannot install ${tool}`;
}
