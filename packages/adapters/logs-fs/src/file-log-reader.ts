import type { FileHandle } from "node:fs/promises";
import type { LogPosition, LogRecord } from "@fresco/ports";
import { readIndex, type LocatedRecord } from "./index-reader.ts";
import { LineAssembler, type Line } from "./line-assembler.ts";
import { formatPosition, type RecordStart, type ResumePoint } from "./position.ts";

const BLOCK_BYTES = 64 * 1024;
/** Lines are made of this much at a time: a piece of empty lines is as many records as bytes. */
const PIECE_BYTES = 8 * 1024;

type Stream = "stdout" | "stderr";

/** Where a stream stands. */
interface StreamState {
  readonly lines: LineAssembler;
  /** Bytes told. */
  told: number;
  /** The record in which its unfinished line begins, while there is one. */
  unfinished: RecordStart | undefined;
  /** Time of its latest bytes. */
  ts: number;
}

/** Reads one log from a point on: each record of the index in turn, the streams' lines put together from their bytes. */
export class FileLogReader {
  readonly #index: FileHandle;
  readonly #raw: FileHandle;
  readonly #from: ResumePoint;
  readonly #streams: Readonly<Record<Stream, StreamState>>;
  readonly #block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #toldStatus: number;
  #seq: number;

  constructor(files: { readonly index: FileHandle; readonly raw: FileHandle }, seq: number, from: ResumePoint) {
    this.#index = files.index;
    this.#raw = files.raw;
    this.#from = from;
    this.#seq = seq;
    this.#toldStatus = from.told.status;
    this.#streams = { stdout: streamState(from.told.stdout), stderr: streamState(from.told.stderr) };
  }

  /** In batches, one for each piece that was read. `ended`: nothing more will come, whether or not the log was closed. */
  async *batches(ended: boolean): AsyncGenerator<readonly LogRecord[]> {
    let closed = ended;
    let last = this.#from.start;
    for await (const located of readIndex(this.#index, this.#from.start)) {
      const { record, start } = located;
      last = start;
      if (record.kind === "end") {
        closed = true;
      } else if (record.kind === "status") {
        if (start.before.status < this.#toldStatus) continue;
        this.#toldStatus = start.before.status + 1;
        yield [this.#record("status", record.ts, { data: { line: record.text }, partial: false }, start)];
      } else {
        const whole = yield* this.#output(record.kind, located);
        if (!whole) break;
      }
    }
    if (!closed) return;
    for (const kind of ["stdout", "stderr"] as const) yield this.#streams[kind].lines.finish().map((line) => this.#tell(kind, line, last));
  }

  /** Returns whether all the bytes were there. What follows is told only then, since they may come any moment. */
  async *#output(kind: Stream, { record, start }: LocatedRecord): AsyncGenerator<readonly LogRecord[], boolean> {
    const stream = this.#streams[kind];
    stream.ts = record.ts;
    const known = Math.min(record.length, Math.max(0, stream.told - start.before[kind]));
    for (let at = known; at < record.length; ) {
      const { bytesRead } = await this.#raw.read(this.#block, 0, Math.min(BLOCK_BYTES, record.length - at), start.rawOffset + at);
      if (bytesRead === 0) return false;
      at += bytesRead;
      for (let piece = 0; piece < bytesRead; piece += PIECE_BYTES) {
        const lines = stream.lines.push(this.#block.subarray(piece, Math.min(piece + PIECE_BYTES, bytesRead)));
        yield lines.map((line) => this.#tell(kind, line, start));
      }
      if (stream.lines.waiting > 0) stream.unfinished ??= start;
    }
    return true;
  }

  #tell(kind: Stream, line: Line, current: RecordStart): LogRecord {
    const stream = this.#streams[kind];
    stream.told += line.bytes;
    // A part that was cut before a character may leave bytes of an earlier record.
    if (stream.told >= current.before[kind]) stream.unfinished = undefined;
    return this.#record(kind, stream.ts, line, current);
  }

  #record(kind: LogRecord["kind"], ts: number, { data, partial }: Pick<Line, "data" | "partial">, current: RecordStart): LogRecord {
    const { stdout, stderr } = this.#streams;
    // The earliest record that still holds something untold: one of an unfinished line, or else this one.
    const start = earliest(earliest(current, stdout.unfinished), stderr.unfinished);
    const seq = this.#seq;
    this.#seq += 1;
    return new FileLogRecord({ seq, ts, kind, data, partial }, start, stdout.told, stderr.told, this.#toldStatus);
  }
}

/** Positions are made when asked for: most readers never do. */
class FileLogRecord implements LogRecord {
  readonly seq: number;
  readonly ts: number;
  readonly kind: LogRecord["kind"];
  readonly data: LogRecord["data"];
  readonly partial: boolean;
  readonly #start: RecordStart;
  readonly #stdout: number;
  readonly #stderr: number;
  readonly #status: number;

  constructor(
    { seq, ts, kind, data, partial }: Omit<LogRecord, "next">,
    start: RecordStart,
    stdout: number,
    stderr: number,
    status: number,
  ) {
    this.seq = seq;
    this.ts = ts;
    this.kind = kind;
    this.data = data;
    this.partial = partial;
    this.#start = start;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#status = status;
  }

  get next(): LogPosition {
    return formatPosition(this.seq + 1, { start: this.#start, told: { stdout: this.#stdout, stderr: this.#stderr, status: this.#status } });
  }
}

function streamState(told: number): StreamState {
  return { lines: new LineAssembler(), told, unfinished: undefined, ts: 0 };
}

function earliest(a: RecordStart, b: RecordStart | undefined): RecordStart {
  return b === undefined || a.indexOffset <= b.indexOffset ? a : b;
}
