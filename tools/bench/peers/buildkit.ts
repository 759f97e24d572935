import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { median, run } from "../processes.ts";

const RUNS = 5;
/** Debian's own client, which has BuildKit built in; a newer one needs a plugin for it. */
const CLIENT = ["/usr/bin/docker", "docker"].find((program) => !program.startsWith("/") || existsSync(program)) ?? "docker";
export const BENCH_IMAGE = "fresco-bench-base:1";
const BUSYBOX = "/bin/busybox";

/** Why BuildKit cannot be measured here; `undefined`: it can, and its base image is there. */
export function buildKitMissing(directory: string): string | undefined {
  if (spawnSync(CLIENT, ["info"], { stdio: "ignore" }).status !== 0) return "no Docker Engine answers";
  if (spawnSync(CLIENT, ["image", "inspect", BENCH_IMAGE], { stdio: "ignore" }).status === 0) return undefined;
  if (!existsSync(BUSYBOX)) return "no busybox to make a base image of (package busybox-static)";
  const root = path.join(directory, "base");
  mkdirSync(path.join(root, "bin"), { recursive: true });
  copyFileSync(BUSYBOX, path.join(root, "bin/busybox"));
  spawnSync(path.join(root, "bin/busybox"), ["--install", "-s", path.join(root, "bin")]);
  // The links that it makes name the place where it lies now.
  spawnSync("sh", ["-c", 'cd "$1/bin" && for link in *; do [ -L "$link" ] && ln -sf busybox "$link"; done', "sh", root]);
  const made = spawnSync("sh", ["-c", `tar -C "$1" -c . | ${CLIENT} import - ${BENCH_IMAGE}`, "sh", root], { stdio: "ignore" });
  return made.status === 0 ? undefined : "the base image could not be imported";
}

/** Steps that each stand on the one before. */
export const chained = (steps: number): string =>
  `FROM ${BENCH_IMAGE}\n${Array.from({ length: steps }, (_, i) => `RUN echo ${i} > /f${i}\n`).join("")}`;

/** Stages that all stand on one, and a last one that wants them all. */
export const forked = (stages: number): string => {
  const each = Array.from({ length: stages }, (_, i) => `FROM root AS s${i}\nRUN echo ${i} > /f${i}\n`).join("");
  const copies = Array.from({ length: stages }, (_, i) => `COPY --from=s${i} /f${i} /f${i}\n`).join("");
  return `FROM ${BENCH_IMAGE} AS root\nRUN echo 0 > /f\n${each}FROM ${BENCH_IMAGE}\n${copies}`;
};

export interface BuildOptions {
  readonly cached?: boolean;
  /** @default the Engine's */
  readonly network?: "none";
}

/** The median of whole `docker build` processes with BuildKit, in ms. */
export async function buildKit(directory: string, dockerfile: string, { cached = false, network }: BuildOptions): Promise<number> {
  const cwd = path.join(directory, "context");
  mkdirSync(cwd, { recursive: true });
  writeFileSync(path.join(cwd, "Dockerfile"), dockerfile);
  const args = ["build", "-q", ...(cached ? [] : ["--no-cache"]), ...(network === undefined ? [] : ["--network", network]), "."];
  const build = async (): Promise<number> => (await run(CLIENT, args, { cwd, env: { DOCKER_BUILDKIT: "1" } })).ms;
  if (cached) await build();
  const taken: number[] = [];
  for (let round = 0; round < RUNS; round += 1) taken.push(await build());
  return median(taken);
}

/** Removes the base image; what the builder cached under it goes with its own garbage collection. */
export function removeBaseImage(): void {
  spawnSync(CLIENT, ["image", "rm", "-f", BENCH_IMAGE], { stdio: "ignore" });
}
