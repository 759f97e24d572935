import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BASE_FILES, type Base, borrowingContext, isKept } from "./base.ts";
import type { Snapshot } from "./freeze.ts";
import { git, type GitContext, joinZero } from "./git.ts";
import type { Manifest } from "./manifest.ts";
import type { Project } from "./project.ts";
import { syncFileSystem } from "./sync-file-system.ts";

/**
 * Makes a snapshot independent of the user's repository, and durable. Can be repeated after a crash: what counts is the mark that is set last.
 * @throws GitFailure, or an error of the file system.
 */
export async function keep(project: Project, { base, manifest, written, nested }: Snapshot, more: readonly string[]): Promise<void> {
  if (!isKept(base.directory)) await copyBorrowed(project, base, manifest);
  await Promise.all([...written, ...more].map(sync));
  for (const inner of nested) await keep(project, inner, []);
}

async function copyBorrowed(project: Project, base: Base, manifest: Manifest): Promise<void> {
  const ids = new Map<string, string>();
  for (let index = 0; index < manifest.files.length; index += 1) ids.set(manifest.files.object(index), manifest.files.path(index));
  const borrowing = borrowingContext(project, base);
  const lacking = await missing(base.git, [...ids.keys()]);
  const lost = await missing(borrowing, lacking);
  if (lost.length > 0)
    await readAgain(
      project,
      base,
      lost.map((id) => ids.get(id) ?? ""),
    );
  const copied = lacking.filter((id) => !lost.includes(id));
  if (copied.length > 0)
    await git(borrowing, ["pack-objects", "-q", "--window=0", join(project.objects, "pack", "pack")], { input: lines(copied) });
  const still = await missing(base.git, [...ids.keys()]);
  if (still.length > 0)
    throw new Error(`${still.length} objects of the frozen source of ${project.root} are gone from the user's repository`);
  await syncFileSystem(project.objects);
  await writeFile(join(base.directory, BASE_FILES.kept), "", { mode: 0o600 });
}

async function missing(context: GitContext, ids: readonly string[]): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const { stdout } = await git(context, ["cat-file", "--batch-check=%(objectname)"], { input: lines(ids) });
  return stdout
    .toString("latin1")
    .split("\n")
    .flatMap((line) => (line.endsWith(" missing") ? [line.slice(0, 40)] : []));
}

/** The user's git may have pruned objects since; the files themselves are probably still there. */
async function readAgain({ root }: Project, base: Base, paths: readonly string[]): Promise<void> {
  const input = joinZero(paths).toString("latin1").replaceAll("\0", "\n");
  await git({ ...base.git, cwd: root }, ["hash-object", "-w", "--no-filters", "--stdin-paths"], { input: Buffer.from(input, "latin1") });
}

function lines(ids: readonly string[]): Buffer {
  return Buffer.from(ids.map((id) => `${id}\n`).join(""));
}

async function sync(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
