import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { medianOf, run } from "../processes.ts";
import type { Engine } from "./engine.ts";
import { install, writeJson } from "./npm.ts";
import type { Peer } from "./peer.ts";

/** It takes a second a job; the median of three tells enough. */
const RUNS = 3;
const name = "gitlab-ci-local";

/** The median of whole pipelines of so many jobs, each after the one before, its script itself. It caches none of them. */
export async function gitlabCiLocal(engine: Engine, directory: string, jobs: number): Promise<Peer> {
  const cwd = path.join(directory, name);
  const tool = path.join(directory, `${name}-tool`);
  if (spawnSync("rsync", ["--version"], { stdio: "ignore" }).status !== 0) return { name, missing: "it needs rsync" };
  writeJson(path.join(tool, "package.json"), { name: "bench", private: true });
  const missing = install(tool, "gitlab-ci-local@^4.75.0");
  if (missing !== undefined) return { name, missing };
  mkdirSync(cwd, { recursive: true });
  writeFileSync(path.join(cwd, ".gitlab-ci.yml"), jobsOf(engine, jobs));
  spawnSync("git", ["init", "-q"], { cwd });
  spawnSync("git", ["remote", "add", "origin", "https://example.invalid/bench/bench.git"], { cwd });
  const script = path.join(tool, "node_modules/gitlab-ci-local/dist/index.js");
  // Its own image for copying would be fetched from a registry; any with a shell and chown does.
  const args = [script, "--helper-image", engine.image];
  const once = async (): Promise<number> => (await run(process.execPath, args, { cwd })).ms;
  return { name, ms: await medianOf(RUNS, once) };
}

function jobsOf({ image }: Engine, jobs: number): string {
  const each = Array.from(
    { length: jobs },
    (_, i) => `j${i}:\n  script: ["echo ${i} > f${i}"]\n  needs: [${i === 0 ? "" : `j${i - 1}`}]\n`,
  );
  return `default:\n  image: ${image}\n${each.join("")}`;
}
