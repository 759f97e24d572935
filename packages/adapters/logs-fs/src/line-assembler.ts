import { isUtf8 } from "node:buffer";
import type { LogText } from "@fresco/lifecycle";

/** The longest line that is told in one piece. */
export const MAX_LINE_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

export interface Line {
  readonly data: LogText;
  readonly partial: boolean;
  /** Bytes of the stream that this line used up, its line end included. */
  readonly bytes: number;
}

/** Makes lines of one stream's bytes, however they were cut. Holds at most one part of a line and the piece that is being read. */
export class LineAssembler {
  #pending: Buffer = Buffer.alloc(0);

  /** Bytes that wait for the rest of their line. */
  get waiting(): number {
    return this.#pending.length;
  }

  *push(piece: Buffer): Generator<Line> {
    let rest = this.#pending.length === 0 ? piece : Buffer.concat([this.#pending, piece]);
    // What waited holds no line end.
    let searched = this.#pending.length;
    for (;;) {
      const end = rest.indexOf(NEWLINE, searched);
      searched = 0;
      const length = end === -1 ? rest.length : end;
      if (length > MAX_LINE_BYTES) {
        const cut = cutBefore(rest, MAX_LINE_BYTES);
        yield { data: text(rest.subarray(0, cut)), partial: true, bytes: cut };
        rest = rest.subarray(cut);
      } else if (end !== -1) {
        yield { data: text(rest.subarray(0, end)), partial: false, bytes: end + 1 };
        rest = rest.subarray(end + 1);
      } else {
        break;
      }
    }
    // A copy, since the piece's memory is used again.
    this.#pending = Buffer.from(rest);
  }

  /** The last line, which has no line end. */
  *finish(): Generator<Line> {
    if (this.#pending.length === 0) return;
    const { length } = this.#pending;
    const data = text(this.#pending);
    this.#pending = Buffer.alloc(0);
    yield { data, partial: false, bytes: length };
  }
}

function text(bytes: Buffer): LogText {
  return isUtf8(bytes) ? { line: bytes.toString("utf8") } : { bytes: bytes.toString("base64") };
}

/** The last place at or before `limit` that is not inside a UTF-8 character. */
function cutBefore(bytes: Buffer, limit: number): number {
  for (let cut = limit; cut > limit - 4; cut -= 1) {
    if (((bytes[cut] ?? 0) & 0xc0) !== 0x80) return cut;
  }
  return limit;
}
