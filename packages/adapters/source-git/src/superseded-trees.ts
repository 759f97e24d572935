import { rm } from "node:fs/promises";
import type { Directory, DirectoryStore } from "@fresco/ports";
import { isLoose } from "./objects.ts";
import type { Project } from "./project.ts";
import { parseNote, projectNote } from "./tree-note.ts";

/** So many large trees of a project, and so many small ones, stay for the runs to come, beside the leased ones and what these stand on. */
const KEPT_TREES = 6;

/** Was it large enough for its objects to be written, so that others can be compared with it? */
export function canBeBuiltOn({ objects }: Project, note: string): boolean {
  const tree = parseNote(note)?.tree;
  return tree !== undefined && isLoose(objects, tree);
}

/** Removes the project's older trees that nobody uses. */
export async function removeSuperseded(project: Project, store: DirectoryStore): Promise<void> {
  const rows = await store.list("tree");
  const own = rows.filter(({ note }) => note.startsWith(projectNote(project)));
  const large = own.filter(({ note }) => canBeBuiltOn(project, note));
  const small = own.filter((row) => !large.includes(row));
  const superseded = new Set([...large.slice(KEPT_TREES), ...small.slice(KEPT_TREES)].map(({ id }) => id));
  if (superseded.size === 0) return;
  const others = rows.filter(({ id }) => !superseded.has(id));
  const bases = rows.flatMap(({ note }) => parseNote(note)?.base ?? []);
  await discard(store, await store.condemn("tree", [...others.map(({ id }) => id), ...bases]));
}

/** Removes directories, then their rows. */
export async function discard(store: DirectoryStore, directories: readonly Directory[]): Promise<void> {
  await Promise.all(directories.map(({ path }) => rm(path, { recursive: true, force: true })));
  await store.forget(directories.map(({ id }) => id));
}
