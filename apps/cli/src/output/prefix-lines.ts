const NEWLINE = 0x0a;
/** From this length on a call that copies a line is faster than copying it byte by byte. */
const LONG = 48;

/** The lines of `bytes`, each behind the prefix and with a line end, whether or not the last one had one. In one pass, since a step may print gigabytes. */
export function prefixLines(bytes: Uint8Array, prefix: Uint8Array): Uint8Array {
  const lines = countLines(bytes);
  const text = Buffer.allocUnsafe(bytes.length + lines * prefix.length + 1);
  const long = bytes.length > lines * LONG;
  let at = 0;
  for (let start = 0; start < bytes.length; ) {
    text.set(prefix, at);
    at += prefix.length;
    const found = long ? bytes.indexOf(NEWLINE, start) : next(bytes, start);
    const end = found === -1 ? bytes.length : found;
    if (long) text.set(bytes.subarray(start, end), at);
    else for (let offset = start; offset < end; offset += 1) text[at + offset - start] = bytes[offset] ?? 0;
    at += end - start;
    text[at] = NEWLINE;
    at += 1;
    start = end + 1;
  }
  return text.subarray(0, at);
}

function countLines(bytes: Uint8Array): number {
  let lines = 1;
  for (let at = 0; at < bytes.length; at += 1) if (bytes[at] === NEWLINE) lines += 1;
  return lines;
}

function next(bytes: Uint8Array, start: number): number {
  for (let at = start; at < bytes.length; at += 1) if (bytes[at] === NEWLINE) return at;
  return -1;
}
