import type { LogText } from "@fresco/lifecycle";
import type { LogPosition, LogRecord } from "@fresco/ports";
import { readIndex, type LocatedRecord } from "./index-reader.ts";
import { type Assembler, ChunkAssembler, type Line, LineAssembler } from "./line-assembler.ts";
import type { OpenFile } from "./open-log.ts";
import { formatPosition, type RecordStart, type ResumePoint } from "./position.ts";

const BLOCK_BYTES = 64 * 1024;

/** What records are made of. */
export interface Form<Data> {
  /** So much is made into records at a time. */
  readonly pieceBytes: number;
  readonly assembler: () => Assembler<Data>;
  readonly status: (text: string) => Data;
}

/** A record for each line. A piece of empty lines is as many records as bytes. */
export const LINES: Form<LogText> = { pieceBytes: 8 * 1024, assembler: () => new LineAssembler(), status: (line) => ({ line }) };

/** A record for all the lines of a block. */
export const CHUNKS: Form<Uint8Array> = {
  pieceBytes: BLOCK_BYTES,
  assembler: () => new ChunkAssembler(),
  status: (text) => Buffer.from(text),
};

type Stream = "stdout" | "stderr";

/** Where a stream stands. */
interface StreamState<Data> {
  readonly lines: Assembler<Data>;
  /** Bytes told. */
  told: number;
  /** The record in which its unfinished line begins, while there is one. */
  unfinished: RecordStart | undefined;
  /** Time of its latest bytes. */
  ts: number;
}

/** Reads one log from a point on: each record of the index in turn, the streams' lines put together from their bytes. */
export class FileLogReader<Data> {
  readonly #form: Form<Data>;
  readonly #index: OpenFile;
  readonly #raw: OpenFile;
  readonly #from: ResumePoint;
  readonly #streams: Readonly<Record<Stream, StreamState<Data>>>;
  readonly #block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #toldStatus: number;
  #seq: number;

  constructor(form: Form<Data>, files: { readonly index: OpenFile; readonly raw: OpenFile }, seq: number, from: ResumePoint) {
    this.#form = form;
    this.#index = files.index;
    this.#raw = files.raw;
    this.#from = from;
    this.#seq = seq;
    this.#toldStatus = from.told.status;
    this.#streams = { stdout: streamState(form, from.told.stdout), stderr: streamState(form, from.told.stderr) };
  }

  /** In batches, one for each piece that was read. `ended`: nothing more will come, whether or not the log was closed. */
  async *batches(ended: boolean): AsyncGenerator<readonly LogRecord<Data>[]> {
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
        yield [this.#record("status", record.ts, { data: this.#form.status(record.text), partial: false }, start)];
      } else {
        const whole = yield* this.#output(record.kind, located);
        if (!whole) break;
      }
    }
    if (!closed) return;
    for (const kind of ["stdout", "stderr"] as const) yield this.#streams[kind].lines.finish().map((line) => this.#tell(kind, line, last));
  }

  /** Returns whether all the bytes were there. What follows is told only then, since they may come any moment. */
  async *#output(kind: Stream, { record, start }: LocatedRecord): AsyncGenerator<readonly LogRecord<Data>[], boolean> {
    const stream = this.#streams[kind];
    stream.ts = record.ts;
    const known = Math.min(record.length, Math.max(0, stream.told - start.before[kind]));
    for (let at = known; at < record.length; ) {
      const { bytesRead } = await this.#raw.read(this.#block, 0, Math.min(BLOCK_BYTES, record.length - at), start.rawOffset + at);
      if (bytesRead === 0) return false;
      at += bytesRead;
      for (let piece = 0; piece < bytesRead; piece += this.#form.pieceBytes) {
        const lines = stream.lines.push(this.#block.subarray(piece, Math.min(piece + this.#form.pieceBytes, bytesRead)));
        yield lines.map((line) => this.#tell(kind, line, start));
      }
      if (stream.lines.waiting > 0) stream.unfinished ??= start;
    }
    return true;
  }

  #tell(kind: Stream, line: Line<Data>, current: RecordStart): LogRecord<Data> {
    const stream = this.#streams[kind];
    stream.told += line.bytes;
    // A part that was cut before a character may leave bytes of an earlier record.
    if (stream.told >= current.before[kind]) stream.unfinished = undefined;
    return this.#record(kind, stream.ts, line, current);
  }

  #record(
    kind: LogRecord["kind"],
    ts: number,
    { data, partial }: Pick<Line<Data>, "data" | "partial">,
    current: RecordStart,
  ): LogRecord<Data> {
    const { stdout, stderr } = this.#streams;
    // The earliest record that still holds something untold: one of an unfinished line, or else this one.
    const start = earliest(earliest(current, stdout.unfinished), stderr.unfinished);
    const seq = this.#seq;
    this.#seq += 1;
    return new FileLogRecord({ seq, ts, kind, data, partial }, start, stdout.told, stderr.told, this.#toldStatus);
  }
}

/** Positions are made when asked for: most readers never do. */
class FileLogRecord<Data> implements LogRecord<Data> {
  readonly seq: number;
  readonly ts: number;
  readonly kind: LogRecord["kind"];
  readonly data: Data;
  readonly partial: boolean;
  readonly #start: RecordStart;
  readonly #stdout: number;
  readonly #stderr: number;
  readonly #status: number;

  constructor(
    { seq, ts, kind, data, partial }: Omit<LogRecord<Data>, "next">,
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

function streamState<Data>(form: Form<Data>, told: number): StreamState<Data> {
  return { lines: form.assembler(), told, unfinished: undefined, ts: 0 };
}

function earliest(a: RecordStart, b: RecordStart | undefined): RecordStart {
  return b === undefined || a.indexOffset <= b.indexOffset ? a : b;
}
