import { bytePath, bytePathFrom, type BytePath } from "./byte-path.ts";
import { compileSegment, isSegment, type Segment } from "./glob-segment.ts";

/** Gitignore patterns from the root of a tree, ready to be asked about its files. */
export interface CompiledGlobs {
  /** Do the patterns let this file in? The last one that matches decides; one with `!` says no. */
  matches(path: BytePath): boolean;
  /** Does the pattern at `index` match this file, or a directory above it? A leading `!` is passed over. */
  matchesPattern(index: number, path: BytePath): boolean;
  /**
   * For each pattern, what every path that it matches begins with; empty when nothing is certain. In a list sorted by bytes these paths
   * are one range.
   */
  readonly prefixes: readonly BytePath[];
}

/**
 * Compiles gitignore patterns, each anchored at the root: `package.json` is the root's file alone, `dir` means `dir/**`, `**` stands for any
 * depth, `*` and `?` stay within a segment, `[…]` is one of some characters, `\` takes the next one literally, a leading `!` takes back what an
 * earlier pattern let in, a trailing `/` asks for a directory. Unlike git, a file beneath a matched directory can be taken back.
 */
export function compileGlobs(patterns: readonly string[]): CompiledGlobs {
  const globs = patterns.map(compileGlob);
  const lastFirst = globs.toReversed();
  return {
    matches: (path) => {
      const deciding = lastFirst.find((glob) => matchesGlob(glob, path));
      return deciding !== undefined && !deciding.negated;
    },
    matchesPattern: (index, path) => {
      const glob = globs[index];
      return glob !== undefined && matchesGlob(glob, path);
    },
    prefixes: globs.map(({ prefix }) => prefix),
  };
}

/** What is wrong with a pattern, to follow its name in a sentence; `undefined`: nothing. */
export function globFault(pattern: string): string | undefined {
  const body = pattern.replace(/^!/, "").replace(/^\//, "");
  if (body === "" || body === "/") return "is empty";
  if (body.includes("\0")) return "holds a NUL character";
  const segments = body.replace(/\/$/, "").split("/");
  if (segments.includes("..")) return "leaves the project";
  if (segments.some((segment) => segment === "" || segment === ".")) return 'has a segment that no path has ("." or nothing)';
  return segments.every(isSegment) ? undefined : "has an open bracket, an unknown class or a backslash with nothing behind it in a segment";
}

interface Glob {
  readonly negated: boolean;
  /** `"any"`: any number of segments. The last element always is one: what lies beneath a match is matched. */
  readonly elements: readonly (Segment | "any")[];
  readonly prefix: BytePath;
}

const ONE: Segment = { literal: "", rest: () => true };

function compileGlob(pattern: string): Glob {
  const bytes = bytePath(pattern);
  const negated = bytes.startsWith("!");
  const body = bytes.slice(negated ? 1 : 0).replace(/^\//, "");
  const directoryOnly = body.endsWith("/");
  const segments = (directoryOnly ? body.slice(0, -1) : body).split("/");
  const elements = segments.flatMap((segment, index): readonly (Segment | "any")[] => {
    if (!/^\*\*+$/.test(segment)) return [compileSegment(segment)];
    // At the end it stands for at least one segment, elsewhere for any number.
    return index === segments.length - 1 ? ["any", ONE] : ["any"];
  });
  return { negated, elements: [...elements, ...(directoryOnly ? [ONE] : []), "any"], prefix: literalPrefix(elements) };
}

function literalPrefix(elements: readonly (Segment | "any")[]): BytePath {
  let prefix = "";
  for (const [index, element] of elements.entries()) {
    if (element === "any") break;
    prefix += element.literal;
    if (element.rest !== undefined) break;
    if (index < elements.length - 1) prefix += "/";
  }
  return bytePathFrom(Buffer.from(prefix, "latin1"));
}

/** Walks pattern and path segment by segment; on a mismatch the last `any` takes one segment more, which is never worse than an earlier one doing so. */
function matchesGlob({ elements, prefix }: Glob, path: string): boolean {
  if (!path.startsWith(prefix)) return false;
  let element = 0;
  let at = 0;
  let retryElement = -1;
  let retryAt = 0;
  for (;;) {
    const expected = elements[element];
    if (expected === "any") {
      if (element === elements.length - 1) return true;
      element += 1;
      retryElement = element;
      retryAt = at;
      continue;
    }
    if (expected === undefined || at > path.length) return false;
    const end = segmentEnd(path, at);
    if (matchesSegment(expected, path, at, end)) {
      element += 1;
      at = end + 1;
    } else {
      if (retryElement < 0) return false;
      retryAt = segmentEnd(path, retryAt) + 1;
      element = retryElement;
      at = retryAt;
    }
  }
}

function matchesSegment({ literal, rest }: Segment, path: string, start: number, end: number): boolean {
  if (end - start < literal.length || !path.startsWith(literal, start)) return false;
  return rest === undefined ? end - start === literal.length : rest(path, start, end);
}

function segmentEnd(path: string, start: number): number {
  const slash = path.indexOf("/", start);
  return slash < 0 ? path.length : slash;
}
