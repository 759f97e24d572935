import { write } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";

const writeTo = promisify(write);
const LIMIT = 32 * 1024;

/**
 * Writes to an open file in large pieces and waits where the reader is slow, so that memory stays bounded. Once the reader has gone
 * (`fresco logs build | head -1`), everything else is dropped without an error.
 */
export class Writer {
  // Not through the stream: Node writes into a pipe synchronously, and while a reader sleeps no timer and no Ctrl-C would be heard.
  readonly #descriptor: number;
  #pieces: (string | Uint8Array)[] = [];
  #length = 0;
  #writing: Promise<void> = Promise.resolve();
  #gone = false;

  constructor({ fd }: { readonly fd: number }) {
    this.#descriptor = fd;
  }

  /** Has the reader gone? Then nothing that is written is seen any more. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Adds text or bytes; returns a promise when the caller should wait. */
  write(piece: string | Uint8Array): Promise<void> | undefined {
    this.#pieces.push(piece);
    this.#length += piece.length;
    return this.#length > LIMIT ? this.flush() : undefined;
  }

  /** Hands over what was added. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#handOver());
    return this.#writing;
  }

  async #handOver(): Promise<void> {
    if (this.#length === 0) return;
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#length = 0;
    if (this.#gone) return;
    let rest = join(pieces);
    while (rest.length > 0) rest = rest.subarray(await this.#writeSome(rest));
  }

  /** How many bytes were taken; all of them when nobody reads any more. */
  async #writeSome(bytes: Buffer): Promise<number> {
    try {
      return (await writeTo(this.#descriptor, bytes)).bytesWritten;
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "EAGAIN") {
        // Whoever shares the open pipe has made it non-blocking, and it is full.
        await setTimeout(5);
        return 0;
      }
      if (code !== "EPIPE") throw error;
      this.#gone = true;
      return bytes.length;
    }
  }
}

function join(pieces: readonly (string | Uint8Array)[]): Buffer {
  const [only] = pieces;
  if (pieces.length === 1 && typeof only === "object") return Buffer.from(only.buffer, only.byteOffset, only.byteLength);
  if (pieces.every((piece) => typeof piece === "string")) return Buffer.from(pieces.join(""));
  return Buffer.concat(pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece)));
}
