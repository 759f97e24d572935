/** Positions of jobs that could execute, the one with the longest remaining chain first, equals in definition order. A binary heap. */
export class ReadyQueue {
  readonly #chain: Int32Array;
  readonly #heap: number[] = [];

  constructor(chain: Int32Array) {
    this.#chain = chain;
  }

  push(position: number): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(position);
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || !this.#before(position, parent)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = position;
  }

  pop(): number | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(position: number): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      const child = this.#smaller(2 * at + 1, 2 * at + 2);
      const below = child === undefined ? undefined : heap[child];
      if (child === undefined || below === undefined || !this.#before(below, position)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = position;
  }

  #smaller(left: number, right: number): number | undefined {
    const a = this.#heap[left];
    const b = this.#heap[right];
    if (a === undefined) return undefined;
    return b !== undefined && this.#before(b, a) ? right : left;
  }

  #before(a: number, b: number): boolean {
    const difference = (this.#chain[b] ?? 0) - (this.#chain[a] ?? 0);
    return difference < 0 || (difference === 0 && a < b);
  }
}
