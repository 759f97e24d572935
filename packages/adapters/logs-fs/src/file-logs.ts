import { chmodSync, mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import type { Clock, LogPosition, LogRecord, Logs, LogWriter } from "@fresco/ports";
import { CHUNKS, FileLogReader, type Form, LINES } from "./file-log-reader.ts";
import { FileLogWriter } from "./file-log-writer.ts";
import { logError } from "./log-error.ts";
import { logFiles } from "./log-files.ts";
import { openLog, openStream } from "./open-log.ts";
import { BEGINNING, parsePosition } from "./position.ts";

export interface FileLogsOptions {
  /** Where the logs are kept; made (0700) if there is none. */
  readonly directory: string;
  readonly clock: Clock;
}

/** Logs as two files each: `<id>.log` with the raw bytes and `<id>.index`. */
export class FileLogs implements Logs {
  readonly #directory: string;
  readonly #clock: Clock;

  /** @throws FrescoError `logs.read-only`, `logs.full` when the directory cannot be made. */
  constructor({ directory, clock }: FileLogsOptions) {
    this.#directory = resolve(directory);
    this.#clock = clock;
    try {
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
      chmodSync(this.#directory, 0o700);
    } catch (error) {
      throw logError(error, this.#directory);
    }
  }

  /** @throws FrescoError `logs.taken`, `logs.read-only`, `logs.full`. */
  async create(id: string): Promise<LogWriter> {
    return FileLogWriter.create(id, logFiles(this.#directory, id), this.#clock);
  }

  read(id: string, from?: LogPosition, options: { readonly ended?: boolean } = {}): AsyncGenerator<LogRecord> {
    return this.#records(LINES, id, from, options.ended ?? false);
  }

  chunks(id: string, from?: LogPosition, options: { readonly ended?: boolean } = {}): AsyncGenerator<LogRecord<Uint8Array>> {
    return this.#records(CHUNKS, id, from, options.ended ?? false);
  }

  async *#records<Data>(form: Form<Data>, id: string, from: LogPosition | undefined, ended: boolean): AsyncGenerator<LogRecord<Data>> {
    const files = logFiles(this.#directory, id);
    const point = from === undefined ? BEGINNING : parsePosition(from);
    await using index = await openLog(files.index);
    await using raw = await openLog(files.raw);
    if (index === undefined || raw === undefined) return;
    const reader = new FileLogReader(form, { index, raw }, from?.seq ?? 0, point);
    for await (const batch of reader.batches(ended)) for (const record of batch) yield record;
  }

  async *bytes(id: string): AsyncGenerator<Uint8Array> {
    await using raw = await openStream(logFiles(this.#directory, id).raw);
    if (raw === undefined) return;
    for await (const chunk of raw.createReadStream({ autoClose: false, highWaterMark: 256 * 1024 })) yield chunk;
  }

  async remove(id: string): Promise<void> {
    const files = logFiles(this.#directory, id);
    await rm(files.index, { force: true });
    await rm(files.raw, { force: true });
  }
}
