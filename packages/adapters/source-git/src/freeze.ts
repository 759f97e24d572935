import { join } from "node:path";
import { bytePathFrom, displayPath } from "@fresco/pipeline";
import { FrescoError } from "@fresco/ports";
import { type Base, currentBase, isStuck, newestBase } from "./base.ts";
import type { IndexChanges } from "./base-index.ts";
import { compare, type Difference } from "./compare.ts";
import { GitFailure } from "./git.ts";
import { makeBase } from "./make-base.ts";
import type { Manifest, TreeFile } from "./manifest.ts";
import { gitObject, removeEmptyObjects, writeLoose } from "./objects.ts";
import { openNested, type Project } from "./project.ts";
import { findSurroundings } from "./surroundings.ts";
import { TreeContent } from "./tree-content.ts";
import { readWorkingFile, sizeOf } from "./working-file.ts";

/** What freezing found: a base and how the project differs from it. */
export interface Snapshot {
  readonly base: Base;
  readonly manifest: Manifest;
  /** Path to what is there now; `undefined`: nothing. */
  readonly changes: ReadonlyMap<string, TreeFile | undefined>;
  /** Object files written just now, not yet synced. */
  readonly written: readonly string[];
  /** Snapshots of repositories within, whose files are among the changes. */
  readonly nested: readonly Snapshot[];
}

/** Beyond this many files or bytes that differ from the base a new base is made, so that the next freeze does not read them again. */
const FEW_FILES = 200;
const FEW_BYTES = 16 * 1024 * 1024;
const ATTEMPTS = 5;

/**
 * Finds out how the project differs from its base and stores what is new. Files are read until they stand still.
 * @throws FrescoError `source.*`.
 */
export async function takeSnapshot(project: Project, now: () => number): Promise<Snapshot> {
  let failure: unknown;
  let failedAt: string | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const surroundings = findSurroundings(project.root);
    // After a failure no base is trusted that was there before it.
    const usable = failure === undefined || newestBase(project)?.directory !== failedAt;
    if (!usable) removeEmptyObjects(project.objects);
    failedAt = usable ? newestBase(project)?.directory : undefined;
    try {
      const fitting = usable ? currentBase(project, surroundings) : undefined;
      const base = fitting ?? (await makeBase(project, surroundings, usable ? newestAsEarlier(project) : undefined));
      const difference = await compare(project, base);
      if (difference === undefined) throw new GitFailure(["manifest"], 1, "the manifest is not whole");
      const isLast = attempt === ATTEMPTS - 1;
      if (isLast || (!isStuck(base) && !isLarge(project, difference.changes))) return await store(project, base, difference, now);
      await makeBase(project, surroundings, { base, changes: difference.changes });
    } catch (cause) {
      // The working directory changed underneath git, another process replaced the base, or a crash damaged it: look again.
      if (!(cause instanceof GitFailure)) throw cause;
      failure = cause;
    }
  }
  throw new FrescoError(
    "source.unstable",
    `${project.root} could not be frozen: ${failure instanceof Error ? failure.message : "it keeps changing"}`,
    {
      hint: "stop what writes into the project, or name what it writes in .gitignore",
      cause: failure,
    },
  );
}

function newestAsEarlier(project: Project): { readonly base: Base; readonly changes: IndexChanges } | undefined {
  const base = newestBase(project);
  return base && { base, changes: { update: [], remove: [] } };
}

function isLarge({ root }: Project, { update, remove }: IndexChanges): boolean {
  if (update.length + remove.length > FEW_FILES) return true;
  let bytes = 0;
  return update.some((path) => (bytes += sizeOf(root, path)) > FEW_BYTES);
}

async function store(
  project: Project,
  base: Base,
  { manifest, changes: { update, remove }, nested }: Difference,
  now: () => number,
): Promise<Snapshot> {
  const changes = new Map<string, TreeFile | undefined>();
  const written: string[] = [];
  for (const path of remove) if (manifest.files.find(path) !== undefined) changes.set(path, undefined);
  for (const path of update) {
    const known = manifest.files.find(path);
    const file = await readWorkingFile(project.root, path);
    if (file === undefined) {
      if (known !== undefined) changes.set(path, undefined);
      continue;
    }
    const blob = gitObject("blob", file.content);
    if (known !== undefined && manifest.files.object(known) === blob.id) {
      if (manifest.files.mode(known) !== file.mode) changes.set(path, { ...manifest.file(known), mode: file.mode });
      continue;
    }
    written.push(writeLoose(project.objects, blob));
    const time = project.times.find(path, blob.id) ?? now();
    changes.set(path, { path: bytePathFrom(Buffer.from(path, "latin1")), mode: file.mode, object: blob.id, time });
  }
  project.times.add([...changes.values()].filter((file) => file !== undefined));
  const inner: Snapshot[] = [];
  for (const directory of nested) inner.push(await addNested(project, directory, changes, now));
  return { base, manifest, changes, written, nested: inner };
}

/** A repository within freezes as a directory, by its own ignore rules. */
async function addNested(
  project: Project,
  directory: string,
  changes: Map<string, TreeFile | undefined>,
  now: () => number,
): Promise<Snapshot> {
  const shown = displayPath(bytePathFrom(Buffer.from(directory, "latin1")));
  if (shown.includes("\uFFFD")) {
    throw new FrescoError("source.name", `the repository in ${shown} has a name that is not UTF-8`, {
      hint: "rename the directory, or name it in .gitignore",
    });
  }
  const snapshot = await takeSnapshot(openNested(project, join(project.root, shown)), now);
  for (const file of new TreeContent(snapshot.manifest, snapshot.changes).files()) {
    const path = bytePathFrom(Buffer.from(`${directory}/${file.path}`, "latin1"));
    changes.set(path, { ...file, path });
  }
  return snapshot;
}
