import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { logError } from "./log-error.ts";

/** Up to this size a file is read whole and at once: a turn of the thread pool costs more than its bytes, and a run of hits reads many such. */
const SMALL_BYTES = 64 * 1024;

/** A file of a log, open for reading. */
export interface OpenFile extends AsyncDisposable {
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
}

/** `undefined`: there is none. @throws FrescoError `logs.*` */
export function openLog(path: string): Promise<OpenFile | undefined> {
  return ifThere(path, async () => {
    const small = readSmall(path);
    return small === undefined ? open(path, "r") : new SmallFile(small);
  });
}

/** The same for a stream of it, however small. @throws FrescoError `logs.*` */
export function openStream(path: string): Promise<FileHandle | undefined> {
  return ifThere(path, () => open(path, "r"));
}

async function ifThere<File>(path: string, read: () => Promise<File>): Promise<File | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw logError(error, path);
  }
}

function readSmall(path: string): Buffer | undefined {
  const file = openSync(path, "r");
  try {
    return fstatSync(file).size <= SMALL_BYTES ? readFileSync(file) : undefined;
  } finally {
    closeSync(file);
  }
}

/** What a file held when it was opened. */
class SmallFile implements OpenFile {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  async read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }> {
    return { bytesRead: this.#bytes.subarray(position, position + length).copy(buffer, offset) };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
