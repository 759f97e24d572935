import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { cachedUnder } from "./records.ts";

const BUSYBOX = "/bin/busybox";

/** A Docker Engine that answers, with an image to build on. Disposing removes from it what was made here, and nothing else. */
export interface Engine extends Disposable {
  readonly client: string;
  /** In the name of everything that is made in the Engine. */
  readonly tag: string;
  readonly image: string;
}

/** @returns why there is none, where there is none: nothing is started. */
export function openEngine(directory: string): Engine | string {
  // Debian's own client has BuildKit built in; a newer one needs a plugin for it.
  const client = existsSync("/usr/bin/docker") ? "/usr/bin/docker" : "docker";
  if (spawnSync(client, ["info"], { stdio: "ignore" }).status !== 0) return "no Docker Engine answers";
  if (!existsSync(BUSYBOX)) return "no busybox to make a base image of (package busybox-static)";
  const tag = `fresco-bench-${randomBytes(6).toString("hex")}`;
  const image = `${tag}:base`;
  if (!importImage(client, image, makeRoot(path.join(directory, "base"), tag))) return "the base image could not be imported";
  return { client, tag, image, [Symbol.dispose]: () => clean(client, tag, image) };
}

/** A root with a shell. The tag in it makes its layer one that only images share which stand on it. */
function makeRoot(root: string, tag: string): string {
  mkdirSync(path.join(root, "bin"), { recursive: true });
  copyFileSync(BUSYBOX, path.join(root, "bin/busybox"));
  for (const name of ["sh", "true", "chmod", "chown", "cp", "mkdir", "rm"]) symlinkSync("busybox", path.join(root, "bin", name));
  writeFileSync(path.join(root, "tag"), tag);
  return root;
}

function importImage(client: string, image: string, root: string): boolean {
  const archive = `${root}.tar`;
  if (spawnSync("tar", ["-C", root, "-cf", archive, "."], { stdio: "ignore" }).status !== 0) return false;
  return spawnSync(client, ["import", archive, image], { stdio: "ignore" }).status === 0;
}

function clean(client: string, tag: string, image: string): void {
  const said = (...args: string[]): string => spawnSync(client, args, { encoding: "utf8", maxBuffer: 2 ** 28 }).stdout;
  const rooted = (...images: string[]): { layers: number; first: string; id: string }[] =>
    said("image", "inspect", "-f", "{{len .RootFS.Layers}} {{index .RootFS.Layers 0}} {{.Id}}", ...images)
      .split("\n")
      .filter(Boolean)
      .map((line) => line.split(" "))
      .map(([layers, first = "", id = ""]) => ({ layers: Number(layers), first, id }));
  const first = rooted(image)[0]?.first;
  const all = new Set(said("image", "ls", "-aq", "--no-trunc").split("\n").filter(Boolean));
  const ours = rooted(...all)
    .filter((one) => one.first === first)
    // What others stand on goes after them. Their times do not tell: they are whole seconds.
    .toSorted((a, b) => b.layers - a.layers)
    .map(({ id }) => id);
  if (ours.length > 0) said("image", "rm", "-f", ...ours);
  const records = cachedUnder(tag, said("system", "df", "-v", "--format", "{{json .BuildCache}}"));
  // Without an id the filter would take everybody's.
  if (records.length > 0) said("builder", "prune", "-af", "--filter", `id=^(${records.join("|")})$`);
}
