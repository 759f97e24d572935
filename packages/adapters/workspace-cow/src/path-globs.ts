import { type BytePath, bytePath } from "@fresco/pipeline";
import { ancestorsOf } from "./paths.ts";

/** Decides which paths a list of gitignore patterns lets in. */
export type PathFilter = (path: BytePath, directory: boolean) => boolean;

interface Pattern {
  readonly negated: boolean;
  readonly directoryOnly: boolean;
  readonly expression: RegExp;
}

/**
 * Compiles gitignore patterns, anchored at the tree's root. The last one that matches a path or a directory above it decides; a leading `!`
 * takes out again. Bytes are compared, as git does. No pattern: nothing is let in.
 */
export function pathFilter(globs: readonly string[]): PathFilter {
  const patterns = globs.map(compile);
  return (path, directory) => {
    const above = [...ancestorsOf(path)];
    let kept = false;
    for (const { negated, directoryOnly, expression } of patterns) {
      if (kept !== negated) continue;
      if (((directory || !directoryOnly) && expression.test(path)) || above.some((parent) => expression.test(parent))) kept = !negated;
    }
    return kept;
  };
}

function compile(glob: string): Pattern {
  const negated = glob.startsWith("!");
  let body: string = bytePath(negated ? glob.slice(1) : glob);
  const directoryOnly = body.endsWith("/");
  if (directoryOnly) body = body.slice(0, -1);
  const anchored = body.includes("/");
  if (body.startsWith("./")) body = body.slice(2);
  if (body.startsWith("/")) body = body.slice(1);
  return { negated, directoryOnly, expression: new RegExp(`^${anchored ? "" : "(?:[^]*/)?"}${translate(body)}$`) };
}

/** One glob token at a time: `**` as a whole part, `*`, `?`, a class, an escaped or a plain character. */
const token = /(^|\/)\*\*(\/|$)|\*+|\?|\[([!^]?)(\]?[^\]]*)\]|\\([^])|([^])/g;

function translate(body: string): string {
  if (body === "" || body === ".") return "[^]*";
  return body.replace(token, (all: string, before?: string, after?: string, not?: string, set?: string, escaped?: string) => {
    if (before !== undefined) return after === "/" ? `${before}(?:[^]*/)?` : `${before}[^]+`;
    if (all.startsWith("*")) return "[^/]*";
    if (all === "?") return "[^/]";
    if (set !== undefined) return `(?!/)[${not === undefined || not === "" ? "" : "^"}${set.replace(/[\\\]^]/g, "\\$&")}]`;
    return literal(escaped ?? all);
  });
}

function literal(character: string): string {
  return /[\w/]/.test(character) ? character : `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
