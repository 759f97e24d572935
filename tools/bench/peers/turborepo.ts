import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { medianOf, run } from "../processes.ts";
import { install, makePackages, writeJson } from "./npm.ts";
import type { Peer } from "./peer.ts";

const RUNS = 5;
const name = "Turborepo";

/** The median of a warm no-op over so many packages in a chain, the binary itself. */
export async function turborepo(directory: string, packages: number): Promise<Peer> {
  const cwd = path.join(directory, "turborepo");
  const dependencies = (i: number): object => (i === 0 ? {} : { [`p${i - 1}`]: "*" });
  const fields = (i: number): object => ({ scripts: { build: `echo ${i} > out` }, dependencies: dependencies(i) });
  makePackages(cwd, { packageManager: "npm@11.0.0" }, fields, packages);
  writeJson(path.join(cwd, "turbo.json"), { tasks: { build: { dependsOn: ["^build"], outputs: ["out"] } } });
  const missing = install(cwd, "turbo@^2.11.0");
  if (missing !== undefined) return { name, missing };
  const arch = process.arch === "x64" ? "64" : process.arch;
  const binary = path.join(cwd, `node_modules/@turbo/${process.platform}-${arch}/bin/turbo`);
  if (!existsSync(binary)) return { name, missing: "npm brought no binary for this machine" };
  spawnSync("git", ["init", "-q"], { cwd });
  const env = { TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };
  const build = async (): Promise<number> => (await run(binary, ["run", "build", "--no-daemon"], { cwd, env })).ms;
  await build();
  return { name, ms: await medianOf(RUNS, build) };
}
