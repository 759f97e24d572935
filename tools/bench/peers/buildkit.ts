import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { medianOf, run } from "../processes.ts";
import type { Engine } from "./engine.ts";
import type { Peer } from "./peer.ts";

const RUNS = 5;

export interface BuildOptions {
  readonly cached?: boolean;
  /** @default the Engine's */
  readonly network?: "none";
}

/** Steps that each stand on the one before. */
export const chained =
  (steps: number) =>
  ({ image, tag }: Engine): string =>
    `FROM ${image}\n${Array.from({ length: steps }, (_, i) => command(i, tag)).join("")}`;

/** Stages that all stand on one, and a last one that wants them all. */
export const forked =
  (stages: number) =>
  ({ image, tag }: Engine): string => {
    const each = Array.from({ length: stages }, (_, i) => `FROM root AS s${i}\n${command(i, tag)}`).join("");
    const copies = Array.from({ length: stages }, (_, i) => `COPY --from=s${i} /f${i} /f${i}\n`).join("");
    return `FROM ${image} AS root\nRUN echo 0 > /f # ${tag}\n${each}FROM ${image}\n${copies}`;
  };

/** The median of whole `docker build` processes with BuildKit. */
export async function buildKit(
  engine: Engine | string,
  directory: string,
  dockerfile: (engine: Engine) => string,
  { cached = false, network }: BuildOptions = {},
): Promise<Peer> {
  const name = network === undefined ? "BuildKit" : "BuildKit without network";
  if (typeof engine === "string") return { name, missing: engine };
  const cwd = path.join(directory, "context");
  mkdirSync(cwd, { recursive: true });
  writeFileSync(path.join(cwd, "Dockerfile"), dockerfile(engine));
  const options = [...(cached ? [] : ["--no-cache"]), ...(network === undefined ? [] : ["--network", network])];
  const args = ["build", "-q", ...options, "."];
  const build = async (): Promise<number> => (await run(engine.client, args, { cwd, env: { DOCKER_BUILDKIT: "1" } })).ms;
  if (cached) await build();
  return { name, ms: await medianOf(RUNS, build) };
}

function command(index: number, tag: string): string {
  return `RUN echo ${index} > /f${index} # ${tag}\n`;
}
