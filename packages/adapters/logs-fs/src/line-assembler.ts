import { isAscii, isUtf8 } from "node:buffer";
import type { LogText } from "@fresco/lifecycle";

/** The longest line that is told in one piece. */
const MAX_LINE_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** A line, or whatever else is made of the bytes of a stream. */
export interface Line<Data = LogText> {
  readonly data: Data;
  readonly partial: boolean;
  /** Bytes of the stream that this line used up, its line end included. */
  readonly bytes: number;
}

/** Makes lines, or groups of them, of one stream's bytes, however they were cut. */
export interface Assembler<Data> {
  /** Bytes that wait for the rest of their line. */
  readonly waiting: number;
  push(piece: Buffer): Line<Data>[];
  /** The last line, which has no line end. */
  finish(): Line<Data>[];
}

/** Holds at most one part of a line and the piece that is being read. */
export class LineAssembler implements Assembler<LogText> {
  #pending: Buffer = Buffer.alloc(0);

  get waiting(): number {
    return this.#pending.length;
  }

  push(piece: Buffer): Line[] {
    const bytes = this.#pending.length === 0 ? piece : Buffer.concat([this.#pending, piece]);
    const ascii = isAscii(bytes);
    const lines: Line[] = [];
    let start = 0;
    // What waited holds no line end.
    let end = bytes.indexOf(NEWLINE, this.#pending.length);
    for (;;) {
      const stop = end === -1 ? bytes.length : end;
      if (stop - start > MAX_LINE_BYTES) {
        const cut = cutBefore(bytes, start + MAX_LINE_BYTES);
        lines.push({ data: text(bytes, start, cut, ascii), partial: true, bytes: cut - start });
        start = cut;
      } else if (end !== -1) {
        lines.push({ data: text(bytes, start, end, ascii), partial: false, bytes: end + 1 - start });
        start = end + 1;
        end = bytes.indexOf(NEWLINE, start);
      } else {
        // A copy, since the piece's memory is used again.
        this.#pending = Buffer.from(bytes.subarray(start));
        return lines;
      }
    }
  }

  finish(): Line[] {
    const bytes = this.#pending;
    this.#pending = Buffer.alloc(0);
    return bytes.length === 0 ? [] : [{ data: text(bytes, 0, bytes.length, false), partial: false, bytes: bytes.length }];
  }
}

/** Leaves whole lines together: their bytes, line ends included. A part of a line that grows too long goes without one. */
export class ChunkAssembler implements Assembler<Uint8Array> {
  #pending: Buffer = Buffer.alloc(0);

  get waiting(): number {
    return this.#pending.length;
  }

  push(piece: Buffer): Line<Uint8Array>[] {
    const bytes = this.#pending.length === 0 ? piece : Buffer.concat([this.#pending, piece]);
    const whole = bytes.lastIndexOf(NEWLINE) + 1;
    const end = whole === 0 && bytes.length > MAX_LINE_BYTES ? cutBefore(bytes, MAX_LINE_BYTES) : whole;
    // A copy, since the piece's memory is used again.
    this.#pending = Buffer.from(bytes.subarray(end));
    return end === 0 ? [] : [{ data: bytes.subarray(0, end), partial: whole === 0, bytes: end }];
  }

  finish(): Line<Uint8Array>[] {
    const bytes = this.#pending;
    this.#pending = Buffer.alloc(0);
    return bytes.length === 0 ? [] : [{ data: bytes, partial: false, bytes: bytes.length }];
  }
}

function text(bytes: Buffer, start: number, end: number, ascii: boolean): LogText {
  if (ascii) return { line: bytes.toString("latin1", start, end) };
  const part = bytes.subarray(start, end);
  return isUtf8(part) ? { line: part.toString("utf8") } : { bytes: part.toString("base64") };
}

/** The last place at or before `limit` that is not inside a UTF-8 character. */
function cutBefore(bytes: Buffer, limit: number): number {
  for (let cut = limit; cut > limit - 4; cut -= 1) {
    if (((bytes[cut] ?? 0) & 0xc0) !== 0x80) return cut;
  }
  return limit;
}
