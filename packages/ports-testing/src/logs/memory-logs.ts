import type { Clock, LogPosition, LogRecord, Logs, LogWriter } from "@fresco/ports";
import { FrescoError } from "@fresco/ports";
import { isUtf8 } from "node:buffer";

const MAX_LINE_BYTES = 64 * 1024;

type Written = { readonly kind: LogRecord["kind"]; readonly ts: number; readonly bytes: Buffer };

interface MemoryLog {
  readonly written: Written[];
  closed: boolean;
}

/** Logs in this process's memory. Reads everything anew each time: a fake, and the plain model of the real ones. */
export class MemoryLogs implements Logs {
  readonly #clock: Pick<Clock, "now">;
  readonly #logs = new Map<string, MemoryLog>();

  constructor(clock: Pick<Clock, "now"> = Date) {
    this.#clock = clock;
  }

  async create(id: string): Promise<LogWriter> {
    if (this.#logs.has(id)) throw new FrescoError("logs.taken", `There is a log ${id} already.`);
    const log: MemoryLog = { written: [], closed: false };
    this.#logs.set(id, log);
    const add = (kind: LogRecord["kind"], bytes: Uint8Array): void => {
      if (log.closed) throw new Error(`the log ${id} is closed`);
      log.written.push({ kind, ts: this.#clock.now(), bytes: Buffer.from(bytes) });
    };
    return {
      id,
      write: add,
      status: (text) => add("status", Buffer.from(text)),
      flush: async () => undefined,
      close: async () => {
        log.closed = true;
      },
    };
  }

  async *read(id: string, from?: LogPosition, options: { readonly ended?: boolean } = {}): AsyncGenerator<LogRecord> {
    const log = this.#logs.get(id);
    if (log === undefined) return;
    let seq = 0;
    for (const record of records(log.written, log.closed || (options.ended ?? false))) {
      if (seq >= (from?.seq ?? 0)) yield { ...record, seq, next: { seq: seq + 1, state: "" } };
      seq += 1;
    }
  }

  async *chunks(id: string, from?: LogPosition, options?: { readonly ended?: boolean }): AsyncGenerator<LogRecord<Uint8Array>> {
    for await (const { data, ...record } of this.read(id, from, options)) {
      const bytes = "line" in data ? Buffer.from(data.line) : Buffer.from(data.bytes, "base64");
      yield { ...record, data: record.partial || record.kind === "status" ? bytes : Buffer.concat([bytes, Buffer.from("\n")]) };
    }
  }

  async *bytes(id: string): AsyncGenerator<Uint8Array> {
    for (const { kind, bytes } of this.#logs.get(id)?.written ?? []) if (kind !== "status") yield bytes;
  }

  async remove(id: string): Promise<void> {
    this.#logs.delete(id);
  }
}

type BareRecord = Omit<LogRecord, "seq" | "next">;

function* records(written: readonly Written[], ended: boolean): Generator<BareRecord> {
  const waiting: Record<"stdout" | "stderr", Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  const times = { stdout: 0, stderr: 0 };
  for (const { kind, ts, bytes } of written) {
    if (kind === "status") {
      yield { kind, ts, data: { line: bytes.toString() }, partial: false };
      continue;
    }
    const cut = lines(Buffer.concat([waiting[kind], bytes]));
    for (const line of cut.whole) yield { kind, ts, ...line };
    waiting[kind] = cut.rest;
    times[kind] = ts;
  }
  if (!ended) return;
  for (const kind of ["stdout", "stderr"] as const) {
    if (waiting[kind].length > 0) yield { kind, ts: times[kind], data: text(waiting[kind]), partial: false };
  }
}

function lines(bytes: Buffer): { readonly whole: Pick<LogRecord, "data" | "partial">[]; readonly rest: Buffer } {
  const whole: Pick<LogRecord, "data" | "partial">[] = [];
  let rest = bytes;
  for (;;) {
    const end = rest.indexOf("\n");
    if ((end === -1 ? rest.length : end) > MAX_LINE_BYTES) {
      let cut = MAX_LINE_BYTES;
      while (cut > MAX_LINE_BYTES - 4 && ((rest[cut] ?? 0) & 0xc0) === 0x80) cut -= 1;
      if (cut === MAX_LINE_BYTES - 4) cut = MAX_LINE_BYTES;
      whole.push({ data: text(rest.subarray(0, cut)), partial: true });
      rest = rest.subarray(cut);
    } else if (end !== -1) {
      whole.push({ data: text(rest.subarray(0, end)), partial: false });
      rest = rest.subarray(end + 1);
    } else {
      return { whole, rest };
    }
  }
}

function text(bytes: Buffer): LogRecord["data"] {
  return isUtf8(bytes) ? { line: bytes.toString("utf8") } : { bytes: bytes.toString("base64") };
}
