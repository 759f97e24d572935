import type { LogText } from "@fresco/lifecycle";

/** Append-only output of attempts: raw bytes plus an index; lines are made when asked for. */
export interface Logs {
  /** Opens a new log. `id` names it and is never used twice. */
  create(id: string): Promise<LogWriter>;
  /**
   * Records from `from` (a position handed out earlier; absent: the start) to what is readable now, in order, in bounded memory. Missing log: no records.
   * A last line without a line end is a record once the log was closed, or when `ended` says that its attempt is over (its owner died).
   */
  read(id: string, from?: LogPosition, options?: { readonly ended?: boolean }): AsyncIterable<LogRecord>;
  /**
   * As {@link Logs.read}, in far fewer records: each has as many whole lines of one stream as were at hand, with their line ends, and its
   * bytes are good until the next record is asked for. Positions are for going on in this way; `seq` counts these records.
   */
  chunks(id: string, from?: LogPosition, options?: { readonly ended?: boolean }): AsyncIterable<LogRecord<Uint8Array>>;
  /** Raw bytes of both streams in the order of arrival. */
  bytes(id: string): AsyncIterable<Uint8Array>;
  remove(id: string): Promise<void>;
}

export interface LogWriter {
  readonly id: string;
  /** Returns a promise when the caller should wait before the next chunk. */
  write(stream: "stdout" | "stderr", chunk: Uint8Array): void | Promise<void>;
  /** One line of the tool's own about the attempt. */
  status(text: string): void;
  /** Hands everything to the operating system; afterwards readers see it, an unfinished last line included. `durable` also syncs. */
  close(options?: { readonly durable?: boolean }): Promise<void>;
  /** Records what was written so far is readable by {@link Logs.read} in this process. */
  flush(): Promise<void>;
}

export interface LogRecord<Data = LogText> {
  /** Without gaps, from 0. */
  readonly seq: number;
  readonly ts: number;
  readonly kind: "stdout" | "stderr" | "status";
  readonly data: Data;
  /** A part of a line over 64 KiB, not its last. */
  readonly partial: boolean;
  /** Where reading goes on after this record. */
  readonly next: LogPosition;
}

/** Opaque, comparable only with positions of the same log. */
export interface LogPosition {
  readonly seq: number;
  readonly state: string;
}
