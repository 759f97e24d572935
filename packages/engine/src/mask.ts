const MASK = Buffer.from("***");

/** Replaces secrets in a byte stream, also where a secret is split between chunks. */
export interface Mask {
  /** What may be shown by now; the rest is held back until it cannot be the beginning of a secret. */
  write(chunk: Uint8Array): Uint8Array;
  /** What was held back. */
  end(): Uint8Array;
}

/**
 * A mask for these values; `undefined` when there is nothing to mask. Every line of a secret of several lines is masked by itself,
 * since output is read by line. Values shorter than three bytes are left alone: masking them would destroy the output and hide nothing.
 */
export function createMask(secrets: Iterable<string>): Mask | undefined {
  const needles = [...new Set([...secrets].flatMap((value) => [value, ...value.split("\n")]).map((value) => value.trim()))]
    .map((value) => Buffer.from(value))
    .filter((value) => value.length >= 3)
    .sort((a, b) => b.length - a.length);
  if (needles.length === 0) return undefined;
  const begins = new Uint8Array(256);
  for (const needle of needles) begins[needle[0] ?? 0] = 1;
  let held: Buffer = Buffer.alloc(0);
  return {
    write(chunk) {
      const text = Buffer.concat([held, chunk]);
      const { shown, rest } = scan(text, needles, begins);
      held = rest;
      return shown;
    },
    end() {
      const rest = held;
      held = Buffer.alloc(0);
      return maskWhole(rest, needles, begins);
    },
  };
}

/** Leftmost, longest first; stops where the end of the text may be the beginning of a secret. */
function scan(text: Buffer, needles: readonly Buffer[], begins: Uint8Array): { shown: Buffer; rest: Buffer } {
  const parts: Buffer[] = [];
  let from = 0;
  let at = 0;
  while (at < text.length) {
    if (begins[text[at] ?? 0] === 0) {
      at++;
      continue;
    }
    const found = match(text, at, needles);
    if (found === "undecided") break;
    if (found === undefined) {
      at++;
      continue;
    }
    parts.push(text.subarray(from, at), MASK);
    at += found.length;
    from = at;
  }
  return { shown: Buffer.concat([...parts, text.subarray(from, at)]), rest: text.subarray(at) };
}

/** The longest secret here; undecided when a longer one could still arrive. Needles are sorted by length, longest first. */
function match(text: Buffer, at: number, needles: readonly Buffer[]): Buffer | "undecided" | undefined {
  for (const needle of needles) {
    const available = Math.min(needle.length, text.length - at);
    if (text.compare(needle, 0, available, at, at + available) !== 0) continue;
    return available === needle.length ? needle : "undecided";
  }
  return undefined;
}

/** The end of a stream: what could have become a longer secret is judged as it is. */
function maskWhole(text: Buffer, needles: readonly Buffer[], begins: Uint8Array): Buffer {
  const { shown, rest } = scan(text, needles, begins);
  if (rest.length === 0) return shown;
  const short = needles.filter((needle) => needle.length <= rest.length && rest.subarray(0, needle.length).equals(needle))[0];
  const [head, tail] = short === undefined ? [rest.subarray(0, 1), rest.subarray(1)] : [MASK, rest.subarray(short.length)];
  return Buffer.concat([shown, head, maskWhole(tail, needles, begins)]);
}
