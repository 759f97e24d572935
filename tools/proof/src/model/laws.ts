import type { Change } from "./change.ts";
import { parentsOf, type Tree } from "./tree.ts";

/** Law 8: source that a change would hide although its step did not see it. */
export function hiddenSource(change: Change, source: Tree, view: Tree): string[] {
  const unseen = [...source.keys()].filter((path) => !view.has(path));
  return unseen.filter((path) => {
    if (change.written.has(path)) return true;
    const above = parentsOf(path).some((parent) => isHidingAll(change.written.get(parent)?.type));
    const below = [...change.written.keys()].some((written) => written.startsWith(`${path}/`));
    return above || below;
  });
}

function isHidingAll(type: string | undefined): boolean {
  return type !== undefined && type !== "directory";
}

/** Do two changes, neither made with sight of the other, write one path, or one of them something beneath what the other made no directory? */
export function isConflict(a: Change, b: Change): boolean {
  return isHidden(a, b) || isHidden(b, a);
}

function isHidden(a: Change, b: Change): boolean {
  return [...a.written.keys()].some((path) => [...parentsOf(path), path].some((at) => isHidingAll(b.written.get(at)?.type)));
}
