import { lstatSync, lutimesSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { git, gitForSteps } from "./git.ts";
import type { Materialising, ViewTree } from "./materialise.ts";
import { pathBelow } from "./working-file.ts";
import { makeRoot, writeFiles } from "./write-files.ts";

/** From here on git's parallel checkout is faster than writing the files one after the other. */
const MANY = 2000;

/** Writes all files of a view below `tree/`. @returns The bytes written. */
export async function writeWhole(work: Materialising, view: ViewTree, directory: string): Promise<number> {
  const root = join(directory, "tree");
  makeRoot(root);
  if (view.count < MANY) return writeFiles(work.project.objects, work.git, [...view.content.files()], root);
  const index = join(directory, "index");
  const context = { ...work.git, env: { ...work.git.env, GIT_INDEX_FILE: index } };
  await git(context, ["read-tree", view.tree]);
  await gitForSteps(context, ["-c", "checkout.workers=2", "checkout-index", "-a", "-f", "-q", `--prefix=${root}/`]);
  await rm(index);
  let bytes = 0;
  for (const { path, time } of view.content.files()) {
    const full = pathBelow(root, path);
    lutimesSync(full, time / 1000, time / 1000);
    bytes += lstatSync(full).size;
  }
  return bytes;
}
