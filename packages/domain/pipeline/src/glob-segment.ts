/**
 * Compiles one segment of a glob (no `/` in it) to a test of `path[start, end)`. `*` is any run of characters, `?` and `[…]` one UTF-8
 * character, `\` takes the next character literally. Time grows with the product of lengths at worst, whatever the pattern.
 */
export function compileSegment(pattern: string): Segment {
  const parts = splitAtStars(pattern);
  if (parts === undefined) return { literal: "", rest: () => false };
  const [first, ...others] = parts;
  if (first === undefined) return { literal: "", rest: undefined };
  const last = others.pop();
  const literal = typeof first[0] === "string" ? first[0] : "";
  if (first.length === (literal === "" ? 0 : 1) && last === undefined) return { literal, rest: undefined };
  return {
    literal,
    rest: (path, start, end) => {
      let at = matchPart(first, path, start, end);
      if (last === undefined) return at === end;
      for (const part of others) {
        if (at < 0) return false;
        at = findPart(part, path, at, end);
      }
      return at >= 0 && endsWithPart(last, path, at, end);
    },
  };
}

/** Can the segment be read? One with an open bracket, an unknown class or a trailing backslash matches nothing. */
export function isSegment(pattern: string): boolean {
  return splitAtStars(pattern) !== undefined;
}

/** `rest` undefined: the segment is exactly `literal`. Otherwise it begins with `literal`, and `rest` decides over the whole segment. */
export interface Segment {
  readonly literal: string;
  readonly rest: ((path: string, start: number, end: number) => boolean) | undefined;
}

/** Literal text, or a test of one character given as its code point. */
type Piece = string | ((codePoint: number) => boolean);
type Part = readonly Piece[];

/** `undefined`: an open bracket or a trailing backslash, which match nothing, as in git. */
function splitAtStars(pattern: string): readonly Part[] | undefined {
  const parts: Piece[][] = [[]];
  for (let i = 0; i < pattern.length; ) {
    const part = parts[parts.length - 1] ?? [];
    const character = pattern.charAt(i);
    if (character === "*") {
      // A run of stars inside a segment is one star.
      while (pattern.charAt(i) === "*") i += 1;
      parts.push([]);
    } else if (character === "?") {
      part.push(() => true);
      i += 1;
    } else if (character === "[") {
      const parsed = parseClass(pattern, i + 1);
      if (parsed === undefined) return undefined;
      part.push(parsed.test);
      i = parsed.end;
    } else {
      if (character === "\\" && i + 1 === pattern.length) return undefined;
      const at = character === "\\" ? i + 1 : i;
      const before = part.at(-1);
      if (typeof before === "string") part[part.length - 1] = before + pattern.charAt(at);
      else part.push(pattern.charAt(at));
      i = at + 1;
    }
  }
  return parts;
}

/** Where a part that begins at `at` ends; -1 when it does not match there. */
function matchPart(part: Part, path: string, start: number, end: number): number {
  let at = start;
  for (const piece of part) {
    if (at < 0 || at > end) return -1;
    if (typeof piece === "string") {
      at = at + piece.length <= end && path.startsWith(piece, at) ? at + piece.length : -1;
    } else {
      const length = at < end ? characterLength(path, at, end) : 0;
      at = length > 0 && piece(codePointAt(path, at, length)) ? at + length : -1;
    }
  }
  return at;
}

/** The end of the first match at or after `start`: later stars are served best by the earliest one. */
function findPart(part: Part, path: string, start: number, end: number): number {
  for (let at = start; at <= end; at += at < end ? characterLength(path, at, end) : 1) {
    const matched = matchPart(part, path, at, end);
    if (matched >= 0) return matched;
  }
  return -1;
}

function endsWithPart(part: Part, path: string, start: number, end: number): boolean {
  const [only] = part;
  if (only === undefined) return true;
  if (typeof only === "string" && part.length === 1) return end - start >= only.length && path.endsWith(only, end);
  for (let at = start; at < end; at += characterLength(path, at, end)) if (matchPart(part, path, at, end) === end) return true;
  return false;
}

/** Bytes of the UTF-8 character at `at`; a byte that begins none counts as one. */
function characterLength(path: string, at: number, end: number): number {
  const byte = path.charCodeAt(at);
  const length = byte < 0xc2 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf5 ? 4 : 1;
  if (at + length > end) return 1;
  for (let i = at + 1; i < at + length; i += 1) if ((path.charCodeAt(i) & 0xc0) !== 0x80) return 1;
  return length;
}

function codePointAt(path: string, at: number, length: number): number {
  const first = path.charCodeAt(at);
  if (length === 1) return first;
  let codePoint = first & (0xff >> (length + 1));
  for (let i = at + 1; i < at + length; i += 1) codePoint = (codePoint << 6) | (path.charCodeAt(i) & 0x3f);
  return codePoint;
}

/** A bracket expression, `at` behind its `[`. */
function parseClass(pattern: string, at: number): { readonly test: (codePoint: number) => boolean; readonly end: number } | undefined {
  const negated = pattern.charAt(at) === "!" || pattern.charAt(at) === "^";
  const tests: ((codePoint: number) => boolean)[] = [];
  let i = negated ? at + 1 : at;
  // A `]` right behind the opening is a member.
  for (let first = true; first || pattern.charAt(i) !== "]"; first = false) {
    const named = /^\[:([a-z]*):\]/.exec(pattern.slice(i, i + 16));
    if (named !== null) {
      const test = NAMED[named[1] ?? ""];
      if (test === undefined) return undefined;
      tests.push(test);
      i += named[0].length;
      continue;
    }
    const low = memberAt(pattern, i);
    if (low === undefined) return undefined;
    i = low.end;
    const isRange = pattern.charAt(i) === "-" && i + 1 < pattern.length && pattern.charAt(i + 1) !== "]";
    const high = isRange ? memberAt(pattern, i + 1) : low;
    if (high === undefined) return undefined;
    i = high.end;
    tests.push((codePoint) => codePoint >= low.codePoint && codePoint <= high.codePoint);
  }
  return { test: (codePoint) => tests.some((test) => test(codePoint)) !== negated, end: i + 1 };
}

function memberAt(pattern: string, at: number): { readonly codePoint: number; readonly end: number } | undefined {
  const start = pattern.charAt(at) === "\\" ? at + 1 : at;
  if (start >= pattern.length) return undefined;
  const length = characterLength(pattern, start, pattern.length);
  return { codePoint: codePointAt(pattern, start, length), end: start + length };
}

// As in git: ASCII only.
const NAMED: Readonly<Record<string, (codePoint: number) => boolean>> = Object.fromEntries(
  Object.entries({
    alnum: /[A-Za-z0-9]/,
    alpha: /[A-Za-z]/,
    blank: /[ \t]/,
    cntrl: /[\0-\x1f\x7f]/,
    digit: /[0-9]/,
    graph: /[!-~]/,
    lower: /[a-z]/,
    print: /[ -~]/,
    punct: /[!-/:-@[-`{-~]/,
    space: /[ \t\n\v\f\r]/,
    upper: /[A-Z]/,
    xdigit: /[0-9A-Fa-f]/,
  }).map(([name, members]) => [name, (codePoint: number) => codePoint < 0x80 && members.test(String.fromCharCode(codePoint))]),
);
