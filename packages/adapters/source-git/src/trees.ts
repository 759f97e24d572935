import type { ViewMode } from "@fresco/cache-keys";
import type { Manifest } from "./manifest.ts";
import { EMPTY_TREE, type GitObject, gitObject } from "./objects.ts";

/** What a path is to become; `undefined`: nothing. */
export type FileChanges = ReadonlyMap<string, { readonly mode: ViewMode; readonly object: string } | undefined>;

export interface BuiltTree {
  /** Root tree id, hex. */
  readonly tree: string;
  /** Tree objects of the directories that the changes touched. */
  readonly objects: readonly GitObject[];
}

/** A child of a directory: its name and git's mode and id. */
interface Child {
  readonly mode: string;
  readonly object: string;
}

/** The git tree of a base with changes; the cost follows the changes and the width of the directories that they touch. */
export function buildTree(base: Manifest, changes: FileChanges): BuiltTree {
  if (changes.size === 0) return { tree: base.tree, objects: [] };
  const touched = touchedDirectories(changes);
  const objects: GitObject[] = [];
  const pending = new Map<string, Map<string, Child | undefined>>();
  for (const directory of touched) pending.set(directory, new Map());
  for (const [path, change] of changes) override(pending, path, change);
  let tree = EMPTY_TREE;
  // Deepest first: a directory comes after all that lie in it.
  for (const directory of [...touched].sort((a, b) => b.length - a.length)) {
    const children = childrenOf(base, directory, pending.get(directory) ?? new Map());
    const object = children.size === 0 ? undefined : gitObject("tree", serialise(children));
    if (object !== undefined) objects.push(object);
    if (directory === "") tree = object?.id ?? EMPTY_TREE;
    else overrideDirectory(pending, directory, object && { mode: "40000", object: object.id });
  }
  return { tree, objects };
}

function touchedDirectories(changes: FileChanges): Set<string> {
  const touched = new Set<string>([""]);
  for (const path of changes.keys()) {
    for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
      const directory = path.slice(0, slash);
      if (touched.has(directory)) break;
      touched.add(directory);
    }
  }
  return touched;
}

type Overrides = Map<string, Map<string, Child | undefined>>;

function override(pending: Overrides, path: string, child: Child | undefined): void {
  const slash = path.lastIndexOf("/");
  pending.get(slash < 0 ? "" : path.slice(0, slash))?.set(path.slice(slash + 1), child);
}

/** A file that took the place of a directory stays, however empty the directory has become. */
function overrideDirectory(pending: Overrides, directory: string, child: Child | undefined): void {
  const slash = directory.lastIndexOf("/");
  const siblings = pending.get(slash < 0 ? "" : directory.slice(0, slash));
  const name = directory.slice(slash + 1);
  if (child !== undefined || siblings?.get(name) === undefined) siblings?.set(name, child);
}

function childrenOf(base: Manifest, directory: string, overrides: ReadonlyMap<string, Child | undefined>): Map<string, Child> {
  const children = baseChildren(base, directory);
  for (const [name, child] of overrides) {
    if (child === undefined) children.delete(name);
    else children.set(name, child);
  }
  return children;
}

function baseChildren({ files, directories }: Manifest, directory: string): Map<string, Child> {
  const children = new Map<string, Child>();
  const prefix = directory === "" ? "" : `${directory}/`;
  for (let index = files.lowerBound(prefix); index < files.length; ) {
    const path = files.path(index);
    if (!path.startsWith(prefix)) break;
    const slash = path.indexOf("/", prefix.length);
    if (slash < 0) {
      children.set(path.slice(prefix.length), { mode: files.mode(index), object: files.object(index) });
      index += 1;
    } else {
      const found = directories.find(path.slice(0, slash));
      if (found === undefined) throw new Error(`The manifest lacks the directory ${path.slice(0, slash)}`);
      children.set(path.slice(prefix.length, slash), { mode: "40000", object: directories.object(found) });
      // "0" follows "/": the first path that is not below this directory.
      index = files.lowerBound(`${path.slice(0, slash)}0`);
    }
  }
  return children;
}

function serialise(children: ReadonlyMap<string, Child>): Buffer {
  // git sorts a directory as if its name ended in "/".
  const sorted = [...children].map(([name, child]) => ({ name, child, sort: child.mode === "40000" ? `${name}/` : name }));
  sorted.sort((a, b) => (a.sort < b.sort ? -1 : a.sort > b.sort ? 1 : 0));
  return Buffer.concat(
    sorted.flatMap(({ name, child }) => [Buffer.from(`${child.mode} ${name}\0`, "latin1"), Buffer.from(child.object, "hex")]),
  );
}
