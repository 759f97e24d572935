import path from "node:path";
import { medianOf, run } from "../processes.ts";
import { install, makePackages } from "./npm.ts";
import type { Peer } from "./peer.ts";

const RUNS = 5;
const name = "Wireit";

/** The median of a warm no-op over so many packages in a chain, its script itself, told what npm would tell it. */
export async function wireit(directory: string, packages: number): Promise<Peer> {
  const cwd = path.join(directory, "wireit");
  const build = (i: number): object => ({
    command: `echo ${i} > out`,
    files: ["package.json"],
    output: ["out"],
    dependencies: i === 0 ? [] : [`../p${i - 1}:build`],
  });
  makePackages(cwd, {}, (i) => ({ scripts: { build: "wireit" }, wireit: { build: build(i) } }), packages);
  const missing = install(cwd, "wireit@^0.14.0");
  if (missing !== undefined) return { name, missing };
  const last = path.join(cwd, `packages/p${packages - 1}`);
  const env = {
    npm_lifecycle_event: "build",
    npm_package_json: path.join(last, "package.json"),
    npm_config_user_agent: "npm/11.0.0",
    WIREIT_CACHE: "local",
  };
  const once = async (): Promise<number> =>
    (await run(process.execPath, [path.join(cwd, "node_modules/wireit/bin/wireit.js")], { cwd: last, env })).ms;
  await once();
  return { name, ms: await medianOf(RUNS, once) };
}
