import { rm } from "node:fs/promises";
import type { Directory, DirectoryStore } from "@fresco/ports";
import type { Project } from "./project.ts";
import { parseNote, projectNote } from "./tree-note.ts";

/** So many trees of a project stay for the runs to come, beside the leased ones and what these stand on. */
const KEPT_TREES = 6;

/** Removes the project's older trees that nobody uses. */
export async function removeSuperseded(project: Project, store: DirectoryStore): Promise<void> {
  const rows = await store.list("tree");
  const own = rows.filter(({ note }) => note.startsWith(projectNote(project)));
  const superseded = new Set(own.slice(KEPT_TREES).map(({ id }) => id));
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
