import type { RunEvent } from "@fresco/lifecycle";
import type { LogPosition, Logs, StoredEvent } from "@fresco/ports";

/** Output of one attempt, to be read back when the reader gets there. */
export interface OutputSource {
  readonly run: string;
  readonly job: string;
  readonly attempt: number;
  readonly log: string;
  /** Makes what was written so far readable. */
  readonly flush: () => Promise<void>;
}

type Item = { readonly type: "event"; readonly event: StoredEvent } | { readonly type: "output"; readonly source: OutputSource };

/**
 * The queue between a run and its reader. Transitions wait in memory (a few for each job); output waits in the logs: the queue holds at most
 * one marker for each attempt, and lines are read back from the log when the reader asks. So nothing is dropped however slow the reader is.
 */
export class EventStream implements AsyncIterable<RunEvent> {
  readonly #logs: Logs;
  readonly #withOutput: boolean;
  readonly #queue: Item[] = [];
  readonly #marked = new Set<OutputSource>();
  readonly #positions = new Map<OutputSource, LogPosition>();
  #wake: (() => void) | undefined;
  #ended = false;
  #taken = false;

  constructor(logs: Logs, withOutput: boolean) {
    this.#logs = logs;
    this.#withOutput = withOutput;
  }

  push(event: StoredEvent): void {
    this.#queue.push({ type: "event", event });
    this.#notify();
  }

  /** There is more output of this attempt than the reader has seen. */
  output(source: OutputSource): void {
    if (!this.#withOutput || this.#marked.has(source)) return;
    this.#marked.add(source);
    this.#queue.push({ type: "output", source });
    this.#notify();
  }

  end(): void {
    this.#ended = true;
    this.#notify();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<RunEvent> {
    if (this.#taken) throw new Error("a run's events have one reader");
    this.#taken = true;
    for (;;) {
      const item = this.#queue.shift();
      if (item === undefined) {
        if (this.#ended) return;
        await new Promise<void>((resolve) => (this.#wake = resolve));
      } else if (item.type === "event") {
        yield item.event;
      } else {
        yield* this.#lines(item.source);
      }
    }
  }

  async *#lines(source: OutputSource): AsyncGenerator<RunEvent> {
    // Before flushing: what arrives from here on puts a new marker behind this one.
    this.#marked.delete(source);
    await source.flush();
    for await (const record of this.#logs.read(source.log, this.#positions.get(source))) {
      this.#positions.set(source, record.next);
      if (record.kind === "status") continue;
      yield {
        type: "job.log",
        run: source.run,
        ts: record.ts,
        job: source.job,
        attempt: source.attempt,
        stream: record.kind,
        ...record.data,
        ...(record.partial ? { partial: true as const } : {}),
      };
    }
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
