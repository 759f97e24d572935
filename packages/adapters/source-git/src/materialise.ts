import { join } from "node:path";
import type { CompleteDirectory, Directory, DirectoryStore, MaterialisedView } from "@fresco/ports";
import type { GitContext } from "./git.ts";
import { EMPTY_MANIFEST, type TreeFile } from "./manifest.ts";
import { writeLoose } from "./objects.ts";
import type { Project } from "./project.ts";
import { canBeBuiltOn, discard, removeSuperseded } from "./superseded-trees.ts";
import { syncFileSystem } from "./sync-file-system.ts";
import { TreeContent } from "./tree-content.ts";
import { differenceBetween, type TreeDifference } from "./tree-difference.ts";
import type { TreeLeases } from "./tree-leases.ts";
import { formatNote, parseNote, projectNote, treeNote } from "./tree-note.ts";
import { buildTree } from "./trees.ts";
import { writeDelta } from "./write-delta.ts";
import { writeWhole } from "./write-whole.ts";

/** What materialising works with. */
export interface Materialising {
  readonly project: Project;
  /** The whole tree. */
  readonly whole: ViewTree;
  /** git that reads every object of the tree. */
  readonly git: GitContext;
  readonly store: DirectoryStore;
  readonly leases: TreeLeases;
  readonly owner: string;
}

/** The files to show, as a tree of their own: views are compared as trees. */
export interface ViewTree {
  readonly tree: string;
  readonly content: TreeContent;
  readonly count: number;
}

/** Topmost first. */
type Stack = readonly Directory[];

/** A view up to this many files is written whole: that costs less than finding out what to build on. */
const SMALL = 200;
/** A delta may hold so many paths, or this part of the view. */
const DELTA_PATHS = 200;
const DELTA_SHARE = 0.2;
/** Trees that a new one may be built on, newest first. */
const CANDIDATES = 3;

/**
 * Finds or makes the directories that show these files, leased; `undefined`: all of the tree.
 * @throws FrescoError `source.damaged` when an object is missing.
 */
export async function materialise(work: Materialising, files: readonly TreeFile[] | undefined): Promise<MaterialisedView> {
  const view = files === undefined ? work.whole : viewTree(work.project, files);
  const found = await leaseExisting(work, view.tree);
  return found === undefined ? make(work, view) : viewOf(found, () => work.leases.release(work.store, work.owner, idsOf(found)));
}

function viewTree(project: Project, files: readonly TreeFile[]): ViewTree {
  const changes = new Map<string, TreeFile>(files.map((file) => [file.path, file]));
  const { tree, objects } = buildTree(EMPTY_MANIFEST, changes);
  if (files.length > SMALL) for (const object of objects) writeLoose(project.objects, object);
  return { tree, content: new TreeContent(EMPTY_MANIFEST, changes), count: files.length };
}

async function leaseExisting(work: Materialising, tree: string): Promise<Stack | undefined> {
  for (const row of await work.store.list("tree", treeNote(work.project, tree))) {
    const base = parseNote(row.note)?.base;
    const below = base === undefined ? [] : (await work.store.list("tree", projectNote(work.project))).filter(({ id }) => id === base);
    if (base !== undefined && below.length === 0) continue;
    const stack = [row, ...below];
    if (await lease(work, stack)) return stack;
  }
  return undefined;
}

function lease({ leases, store, owner }: Materialising, stack: Stack): Promise<boolean> {
  return leases.take(store, owner, idsOf(stack));
}

function viewOf(stack: Stack, release: () => Promise<void>): MaterialisedView {
  let released: Promise<void> | undefined;
  return { lower: stack.map(({ path }) => join(path, "tree")), release: () => (released ??= release()) };
}

function idsOf(stack: Stack): readonly string[] {
  return stack.map(({ id }) => id);
}

/** A delta over what is there where that is possible and cheaper, else the whole. */
async function make(work: Materialising, view: ViewTree): Promise<MaterialisedView> {
  const base = await leaseBase(work, view);
  if (base === undefined) return makeWhole(work, view);
  const leave = (): Promise<void> => work.leases.release(work.store, work.owner, [base.row.id]);
  try {
    const delta = await fill(work, (directory) => writeDelta(work, view, base.difference, directory));
    if (delta !== undefined) return finished(work, view, delta, { row: base.row, leave });
  } catch (error) {
    await leave();
    throw error;
  }
  await leave();
  return makeWhole(work, view);
}

async function makeWhole(work: Materialising, view: ViewTree): Promise<MaterialisedView> {
  const whole = await fill(work, (directory) => writeWhole(work, view, directory));
  if (whole === undefined) throw new Error("a tree could not be written whole");
  return finished(work, view, whole, undefined);
}

interface Filled {
  readonly directory: Directory;
  readonly bytes: number;
}

/** @param write Fills the directory and returns its bytes; `undefined`: it cannot be made this way here. */
async function fill(
  { store, owner }: Materialising,
  write: (directory: string) => Promise<number | undefined>,
): Promise<Filled | undefined> {
  const [directory] = await store.reserve("tree", owner, 1);
  if (directory === undefined) throw new Error("no directory was reserved");
  let bytes: number | undefined;
  try {
    bytes = await write(directory.path);
  } finally {
    if (bytes === undefined) await discard(store, [directory]);
  }
  return bytes === undefined ? undefined : { directory, bytes };
}

/**
 * A directory that was filled just now. It is made durable behind the steps that use it, and nobody else may before that: after a power
 * cut its files could be empty. Until it is complete it stays reserved by its owner, so it needs no lease.
 */
function finished(
  work: Materialising,
  view: ViewTree,
  { directory, bytes }: Filled,
  base: { readonly row: Directory; readonly leave: () => Promise<void> } | undefined,
): MaterialisedView {
  const { project, store } = work;
  // Other runs can do without a directory that cannot be made durable.
  const durable = syncFileSystem(directory.path).then(
    () => true,
    () => false,
  );
  return viewOf([directory, ...(base === undefined ? [] : [base.row])], async () => {
    if (await durable) await store.complete(directory.id, { bytes, note: formatNote(project, { tree: view.tree, base: base?.row.id }) });
    else await discard(store, [directory]);
    await base?.leave();
    await removeSuperseded(project, store);
  });
}

interface DeltaBase {
  readonly row: CompleteDirectory;
  readonly difference: TreeDifference;
}

/** The whole tree that differs least from the view, leased. */
async function leaseBase(work: Materialising, view: ViewTree): Promise<DeltaBase | undefined> {
  if (view.count <= SMALL) return undefined;
  const limit = Math.max(DELTA_PATHS, view.count * DELTA_SHARE);
  const rows = await work.store.list("tree", projectNote(work.project));
  const candidates: DeltaBase[] = [];
  const wholes = rows.filter(({ note }) => parseNote(note)?.base === undefined && canBeBuiltOn(work.project, note));
  for (const row of wholes.slice(0, CANDIDATES)) {
    const tree = parseNote(row.note)?.tree;
    const difference = tree === undefined ? undefined : await differenceBetween(work.git, tree, view.tree);
    if (difference !== undefined && difference.length <= limit) candidates.push({ row, difference });
  }
  candidates.sort((a, b) => a.difference.length - b.difference.length);
  for (const candidate of candidates) if (await lease(work, [candidate.row])) return candidate;
  return undefined;
}
