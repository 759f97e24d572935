import { once } from "node:events";

/** Writes text to a stream in large pieces and waits where the reader is slow, so that memory stays bounded. */
export class Writer {
  readonly #stream: NodeJS.WritableStream;
  #pieces: string[] = [];
  #length = 0;

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
  }

  /** Adds text; returns a promise when the caller should wait. */
  write(text: string): Promise<void> | undefined {
    this.#pieces.push(text);
    this.#length += text.length;
    return this.#length > 32 * 1024 ? this.flush() : undefined;
  }

  /** Hands over what was added. */
  async flush(): Promise<void> {
    if (this.#length === 0) return;
    const text = this.#pieces.join("");
    this.#pieces = [];
    this.#length = 0;
    if (!this.#stream.write(text)) await once(this.#stream, "drain");
  }
}
