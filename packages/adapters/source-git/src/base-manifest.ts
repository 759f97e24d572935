import { closeSync, fsyncSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BASE_FILES, type Base } from "./base.ts";
import { git } from "./git.ts";
import { listTree } from "./list-tree.ts";
import { encodeManifest, Manifest, type TreeFile } from "./manifest.ts";
import { gitObject, writeLoose } from "./objects.ts";
import type { Project } from "./project.ts";

/** Writes the index's trees and the manifest, and points HEAD at them, so that git has no difference to report between the two. */
export async function describeIndex(
  project: Project,
  { directory, facts, git: context }: Base,
  previous: Manifest | undefined,
): Promise<Manifest> {
  const whole = (await git(context, ["write-tree", "--missing-ok"])).stdout.toString("latin1").trim();
  const commit = gitObject("commit", Buffer.from(`tree ${whole}\nauthor fresco <> 0 +0000\ncommitter fresco <> 0 +0000\n\n`, "latin1"));
  writeLoose(project.objects, commit);
  writeFileSync(join(directory, "HEAD"), `${commit.id}\n`, { mode: 0o600 });
  const listed = await listTree(context, whole, facts.prefix);
  const now = Date.now();
  const files = listed.files.map((file): TreeFile => ({ ...file, time: firstTime(project, previous, file) ?? now }));
  if (previous !== undefined) rememberDeparted(project, previous, files);
  const buffer = encodeManifest(listed.tree, files, listed.directories);
  writeDurably(join(directory, BASE_FILES.manifest), buffer);
  return new Manifest(buffer);
}

function firstTime(
  project: Project,
  previous: Manifest | undefined,
  { path, object }: Pick<TreeFile, "path" | "object">,
): number | undefined {
  const index = previous?.files.find(path);
  if (index !== undefined && previous?.files.object(index) === object) return previous.files.time(index);
  return project.times.find(path, object);
}

/** The times of what the new base lacks go into the journal: the same content may come back. */
function rememberDeparted(project: Project, previous: Manifest, files: readonly TreeFile[]): void {
  const present = new Map(files.map(({ path, object }) => [path, object]));
  const departed: TreeFile[] = [];
  for (let index = 0; index < previous.files.length; index += 1) {
    const file = previous.file(index);
    if (present.get(file.path) !== file.object) departed.push(file);
  }
  project.times.add(departed);
}

function writeDurably(path: string, bytes: Uint8Array): void {
  const file = openSync(path, "wx", 0o600);
  try {
    writeFileSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
