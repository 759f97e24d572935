import { open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock, LogWriter } from "@fresco/ports";
import { BlockBuffer } from "./block-buffer.ts";
import { IndexEncoder } from "./index-format.ts";
import { logError } from "./log-error.ts";
import type { LogFiles } from "./log-files.ts";

/** Above this much unwritten output, {@link FileLogWriter.write} asks its caller to wait. */
const HIGH_WATER_BYTES = 1024 * 1024;

/**
 * Appends to a log's two files. Whatever came while one batch was being written makes the next one, so that small writes share system
 * calls and nothing waits for a timer. After a failure nothing is written any more: what stands in the files stays readable.
 */
export class FileLogWriter implements LogWriter {
  readonly id: string;
  readonly #files: LogFiles;
  readonly #clock: Clock;
  readonly #raw: FileHandle;
  readonly #index: FileHandle;
  readonly #encoder = new IndexEncoder();
  readonly #output = new BlockBuffer();
  #dirty = false;
  /** Never rejects. */
  #draining: Promise<void> | undefined;
  #failure: { readonly error: Error; told: boolean } | undefined;
  #closing: Promise<void> | undefined;

  private constructor(id: string, files: LogFiles, clock: Clock, raw: FileHandle, index: FileHandle) {
    this.id = id;
    this.#files = files;
    this.#clock = clock;
    this.#raw = raw;
    this.#index = index;
  }

  /** @throws FrescoError `logs.taken`, `logs.read-only`, `logs.full`. */
  static async create(id: string, files: LogFiles, clock: Clock): Promise<FileLogWriter> {
    try {
      const raw = await open(files.raw, "ax", 0o600);
      const index = await open(files.index, "ax", 0o600);
      return new FileLogWriter(id, files, clock, raw, index);
    } catch (error) {
      throw logError(error, files.raw);
    }
  }

  /** Copies the chunk. The promise rejects, once, with `logs.full` or `logs.io` when the disk refused; later output is dropped. */
  write(stream: "stdout" | "stderr", chunk: Uint8Array): void | Promise<void> {
    this.#refuseClosed();
    if (this.#failure !== undefined) return this.#tell(this.#failure);
    if (chunk.length === 0) return;
    this.#encoder.output(stream, this.#clock.now(), chunk.length);
    this.#output.append(chunk);
    this.#drainSoon();
    if (this.#output.size > HIGH_WATER_BYTES) return this.flush();
  }

  status(text: string): void {
    this.#refuseClosed();
    if (this.#failure !== undefined) return;
    this.#encoder.status(this.#clock.now(), text);
    this.#drainSoon();
  }

  /** @throws FrescoError `logs.full`, `logs.io` when not everything could be written. */
  async flush(): Promise<void> {
    await this.#draining;
    if (this.#failure === undefined) return;
    this.#failure.told = true;
    throw this.#failure.error;
  }

  /** Always releases the files. @throws FrescoError as {@link FileLogWriter.flush}. */
  close(options: { readonly durable?: boolean } = {}): Promise<void> {
    this.#closing ??= this.#close(options.durable ?? false);
    return this.#closing;
  }

  async #close(durable: boolean): Promise<void> {
    this.#encoder.end(this.#clock.now());
    this.#drainSoon();
    try {
      await this.flush();
      if (durable) await this.#sync();
    } finally {
      await Promise.all([this.#raw.close(), this.#index.close()]);
    }
  }

  async #sync(): Promise<void> {
    try {
      await using directory = await open(dirname(this.#files.raw), "r");
      await Promise.all([this.#raw.datasync(), this.#index.datasync(), directory.sync()]);
    } catch (error) {
      throw logError(error, this.#files.raw);
    }
  }

  #drainSoon(): void {
    this.#dirty = true;
    this.#draining ??= this.#drain();
  }

  async #drain(): Promise<void> {
    // The writes of one turn of the event loop go together.
    await Promise.resolve();
    while (this.#dirty && this.#failure === undefined) {
      this.#dirty = false;
      const records = this.#encoder.take();
      const blocks = this.#output.take();
      try {
        await writeAll(this.#index, records);
        for (const block of blocks) await writeAll(this.#raw, block);
        this.#output.recycle(blocks);
      } catch (error) {
        this.#failure = { error: logError(error, this.#files.raw), told: false };
      }
    }
    this.#draining = undefined;
  }

  #tell(failure: { readonly error: Error; told: boolean }): void | Promise<void> {
    if (failure.told) return;
    failure.told = true;
    return Promise.reject(failure.error);
  }

  #refuseClosed(): void {
    if (this.#closing !== undefined) throw new Error(`the log ${this.id} is closed`);
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}
