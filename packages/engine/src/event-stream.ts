import type { RunEvent } from "@fresco/lifecycle";
import type { LogPosition, LogRecord, Logs, StoredEvent } from "@fresco/ports";

/** Output of one attempt, to be read back when the reader gets there. */
export interface OutputSource {
  readonly run: string;
  readonly job: string;
  readonly attempt: number;
  readonly log: string;
  /** Makes what was written so far readable. */
  readonly flush: () => Promise<void>;
}

/** Whole lines of one stream with their line ends, told in place of a `job.log` for each. */
export interface OutputChunk {
  readonly type: "job.output";
  readonly run: string;
  readonly ts: number;
  readonly job: string;
  readonly attempt: number;
  readonly stream: "stdout" | "stderr";
  /** Good until the next event is asked for. */
  readonly bytes: Uint8Array;
  /** A part of a line that is too long to be kept together, without a line end. */
  readonly partial?: true;
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

  [Symbol.asyncIterator](): AsyncIterator<RunEvent> {
    return this.#events((source) => this.#lines(source));
  }

  /** The same with output in chunks, for readers that want bytes rather than lines: some twenty times as fast. */
  chunked(): AsyncIterable<StoredEvent | OutputChunk> {
    return this.#events((source) => this.#chunks(source));
  }

  async *#events<Output>(output: (source: OutputSource) => AsyncGenerator<Output>): AsyncGenerator<StoredEvent | Output> {
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
        yield* output(item.source);
      }
    }
  }

  async *#lines(source: OutputSource): AsyncGenerator<RunEvent> {
    for await (const { kind, ts, data, partial } of this.#read(source, (log, from) => this.#logs.read(log, from))) {
      if (kind === "status") continue;
      const { run, job, attempt } = source;
      yield { type: "job.log", run, ts, job, attempt, stream: kind, ...data, ...(partial ? { partial: true as const } : {}) };
    }
  }

  async *#chunks(source: OutputSource): AsyncGenerator<OutputChunk> {
    for await (const { kind, ts, data, partial } of this.#read(source, (log, from) => this.#logs.chunks(log, from))) {
      if (kind === "status") continue;
      const { run, job, attempt } = source;
      yield { type: "job.output", run, ts, job, attempt, stream: kind, bytes: data, ...(partial ? { partial: true as const } : {}) };
    }
  }

  async *#read<Data>(
    source: OutputSource,
    read: (log: string, from: LogPosition | undefined) => AsyncIterable<LogRecord<Data>>,
  ): AsyncGenerator<LogRecord<Data>> {
    // Before flushing: what arrives from here on puts a new marker behind this one.
    this.#marked.delete(source);
    await source.flush();
    let last: LogRecord<Data> | undefined;
    try {
      for await (const record of read(source.log, this.#positions.get(source))) {
        last = record;
        yield record;
      }
    } finally {
      if (last !== undefined) this.#positions.set(source, last.next);
    }
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
