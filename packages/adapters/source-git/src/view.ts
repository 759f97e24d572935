import type { ViewEntry } from "@fresco/cache-keys";
import { compileGlobs, type GlobPattern } from "@fresco/pipeline";
import type { View } from "@fresco/ports";
import type { TreeContent } from "./tree-content.ts";

/** What the patterns let in. Only the part of the tree where a pattern can match is looked at. */
export function viewOf(content: TreeContent, globs: readonly GlobPattern[]): View {
  const compiled = compileGlobs(globs.map(({ pattern }) => pattern));
  const positive = globs.flatMap(({ pattern, optional }, index) => (pattern.startsWith("!") ? [] : [{ pattern, optional, index }]));
  const entries: ViewEntry[] = [];
  for (const prefix of distinctPrefixes(positive.map(({ index }) => compiled.prefixes[index] ?? ""))) {
    for (const { path, mode, object } of content.files(prefix)) if (compiled.matches(path)) entries.push({ path, mode, object });
  }
  const unmatched = positive.filter(
    ({ optional, index }) => !optional && !entries.some(({ path }) => compiled.matchesPattern(index, path)),
  );
  return { entries, unmatched: unmatched.map(({ pattern }) => pattern) };
}

/** Sorted, none a beginning of another: their ranges follow each other. */
function distinctPrefixes(prefixes: readonly string[]): readonly string[] {
  const distinct: string[] = [];
  for (const prefix of [...prefixes].sort()) {
    const last = distinct.at(-1);
    if (last === undefined || !prefix.startsWith(last)) distinct.push(prefix);
  }
  return distinct;
}
