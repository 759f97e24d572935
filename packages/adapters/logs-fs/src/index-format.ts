/**
 * The index of a log: a sequence of records, each
 *
 *     varint(length * 4 + kind)  varint(zigzag(ts - ts of the record before))  [text of a status line]
 *
 * `length` counts bytes of the raw file (stdout, stderr) or of the text that follows (status). `end` says that the log was closed. A record
 * is written before its bytes, so that bytes never lack one; a reader takes what is whole.
 */
export type Kind = "stdout" | "stderr" | "status" | "end";

const KINDS: readonly Kind[] = ["stdout", "stderr", "status", "end"];

export interface IndexRecord {
  readonly kind: Kind;
  /** Milliseconds since the epoch. */
  readonly ts: number;
  readonly length: number;
  /** Of a status line; otherwise empty. */
  readonly text: string;
}

/** Collects the index of a log. Neighbouring bytes of one stream within a millisecond share a record. */
export class IndexEncoder {
  #ts = 0;
  #open: { readonly kind: "stdout" | "stderr"; readonly ts: number; length: number } | undefined;
  #bytes: number[] = [];

  output(kind: "stdout" | "stderr", ts: number, length: number): void {
    if (this.#open?.kind === kind && this.#open.ts === ts) this.#open.length += length;
    else {
      this.#closeOpen();
      this.#open = { kind, ts, length };
    }
  }

  status(ts: number, text: string): void {
    this.#closeOpen();
    const bytes = Buffer.from(text, "utf8");
    this.#record("status", ts, bytes.length);
    for (const byte of bytes) this.#bytes.push(byte);
  }

  end(ts: number): void {
    this.#closeOpen();
    this.#record("end", ts, 0);
  }

  /** What was collected since the last time. */
  take(): Uint8Array {
    this.#closeOpen();
    const taken = Uint8Array.from(this.#bytes);
    this.#bytes = [];
    return taken;
  }

  #closeOpen(): void {
    if (this.#open === undefined) return;
    this.#record(this.#open.kind, this.#open.ts, this.#open.length);
    this.#open = undefined;
  }

  #record(kind: Kind, ts: number, length: number): void {
    const delta = ts - this.#ts;
    this.#ts = ts;
    this.#varint(length * 4 + KINDS.indexOf(kind));
    this.#varint(delta >= 0 ? delta * 2 : -delta * 2 - 1);
  }

  /** Seven bits a byte, lowest first. By arithmetic, since lengths and times exceed 32 bits. */
  #varint(value: number): void {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#bytes.push((rest % 128) + 128);
    this.#bytes.push(rest);
  }
}

/** The record at `offset`, and where the next one begins; `undefined` where it is not there whole. `before`: the time of the record before. */
export function decodeRecord(
  bytes: Uint8Array,
  offset: number,
  before: number,
): { readonly record: IndexRecord; readonly next: number } | undefined {
  const head = varint(bytes, offset);
  if (head === undefined) return undefined;
  const time = varint(bytes, head.next);
  if (time === undefined) return undefined;
  const kind = KINDS[head.value % 4] ?? "end";
  const length = Math.floor(head.value / 4);
  const ts = before + (time.value % 2 === 0 ? time.value / 2 : -(time.value + 1) / 2);
  if (kind !== "status") return { record: { kind, ts, length, text: "" }, next: time.next };
  const next = time.next + length;
  if (next > bytes.length) return undefined;
  return { record: { kind, ts, length, text: Buffer.from(bytes.subarray(time.next, next)).toString("utf8") }, next };
}

function varint(bytes: Uint8Array, offset: number): { readonly value: number; readonly next: number } | undefined {
  let value = 0;
  let scale = 1;
  for (let at = offset; at < bytes.length; at += 1, scale *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte % 128) * scale;
    if (byte < 128) return { value, next: at + 1 };
  }
  return undefined;
}
