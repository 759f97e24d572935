import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { medianOf, run } from "../processes.ts";

const RUNS = 5;
const VERSION = "2.11";

/** The median of a warm no-op of Turborepo over so many packages in a chain, whole process, in ms; or why it cannot be had. */
export async function turborepo(directory: string, packages: number): Promise<number | string> {
  const cwd = path.join(directory, "turborepo");
  mkdirSync(cwd, { recursive: true });
  const write = (name: string, value: unknown): void => {
    mkdirSync(path.dirname(path.join(cwd, name)), { recursive: true });
    writeFileSync(path.join(cwd, name), JSON.stringify(value));
  };
  write("package.json", { name: "bench", private: true, packageManager: "npm@11.0.0", workspaces: ["packages/*"] });
  write("turbo.json", { tasks: { build: { dependsOn: ["^build"], outputs: ["out"] } } });
  for (let i = 0; i < packages; i += 1) {
    const dependencies = i === 0 ? {} : { [`p${i - 1}`]: "*" };
    write(`packages/p${i}/package.json`, { name: `p${i}`, version: "1.0.0", scripts: { build: `echo ${i} > out` }, dependencies });
  }
  const installed = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--save-dev", `turbo@${VERSION}`], { cwd, encoding: "utf8" });
  const binary = ["node_modules/@turbo/linux-64/bin/turbo", "node_modules/turbo-linux-64/bin/turbo"]
    .map((name) => path.join(cwd, name))
    .find((name) => existsSync(name));
  if (installed.status !== 0 || binary === undefined) return "turbo could not be installed from the npm registry";
  spawnSync("git", ["init", "-q"], { cwd });
  const env = { TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };
  const build = async (): Promise<number> => (await run(binary, ["run", "build", "--no-daemon"], { cwd, env })).ms;
  await build();
  return medianOf(RUNS, build);
}
