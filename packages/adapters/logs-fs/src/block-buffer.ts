const BLOCK_BYTES = 256 * 1024;
/** Blocks kept for later, so that a steady flow allocates nothing. */
const SPARE_BLOCKS = 6;

/** Bytes waiting to be written, copied into blocks that are used again. */
export class BlockBuffer {
  readonly #spare: Buffer[] = [];
  #full: Buffer[] = [];
  #current: Buffer | undefined;
  #used = 0;

  /** Bytes that wait. */
  get size(): number {
    return this.#full.length * BLOCK_BYTES + this.#used;
  }

  append(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      this.#current ??= this.#spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
      const length = Math.min(chunk.length - at, BLOCK_BYTES - this.#used);
      this.#current.set(chunk.subarray(at, at + length), this.#used);
      at += length;
      this.#used += length;
      if (this.#used === BLOCK_BYTES) this.#finishBlock(this.#current);
    }
  }

  /** What waits, in order, to be given back with {@link BlockBuffer.recycle}. */
  take(): Buffer[] {
    if (this.#current !== undefined) this.#finishBlock(this.#current.subarray(0, this.#used));
    const taken = this.#full;
    this.#full = [];
    return taken;
  }

  recycle(blocks: readonly Buffer[]): void {
    for (const block of blocks) {
      if (this.#spare.length < SPARE_BLOCKS) this.#spare.push(Buffer.from(block.buffer, 0, BLOCK_BYTES));
    }
  }

  #finishBlock(block: Buffer): void {
    this.#full.push(block);
    this.#current = undefined;
    this.#used = 0;
  }
}
