import { setTimeout } from "node:timers/promises";
import type { JobRecord, LogPosition, LogRecord, Logs, RunRecord, Store } from "@fresco/ports";
import type { RunStep } from "../references.ts";
import { Writer } from "./writer.ts";

/** Milliseconds between two looks at a log that another process writes. */
const POLL = 100;

export interface LogParts {
  readonly store: Store;
  readonly logs: Logs;
}

export interface LogWishes {
  /** `human`: the bytes as they came. `json`: a record a line. */
  readonly format: "human" | "json";
  /** Go on until the step has ended. */
  readonly follow: boolean;
}

/** Prints a step's log, and on stderr why there is none. */
export async function printLog(parts: LogParts, { run, job }: RunStep, { format, follow }: LogWishes): Promise<void> {
  const out = new Writer(process.stdout);
  if (follow) return followLog(parts, run, job, format === "json" ? recordJson : recordBytes, out);
  if (job.log === undefined) {
    process.stderr.write(
      `note: ${job.step} has written no log in run ${run.id}: ${job.status}${job.reason === undefined ? "" : `, ${job.reason.text}`}\n`,
    );
    return;
  }
  if (format === "json") await pass(parts.logs.read(job.log, undefined, { ended: hasEnded(job) }), recordJson, out);
  else await pass(parts.logs.bytes(job.log), (chunk) => chunk, out);
}

/** Reads what there is, again and again, until the step has ended or its owner is gone. */
async function followLog(
  { store, logs }: LogParts,
  run: RunRecord,
  begun: JobRecord,
  show: (record: LogRecord) => string | Uint8Array,
  out: Writer,
): Promise<void> {
  let position: LogPosition | undefined;
  for (let job = begun; !out.gone; ) {
    const ended = hasEnded(job) || run.owner === undefined || (await store.owners.isGone(run.owner));
    if (job.log !== undefined) {
      const records = logs.read(job.log, position, { ended });
      await pass(records, (record) => ((position = record.next), show(record)), out);
    }
    if (ended) return;
    await setTimeout(POLL);
    job = (await store.runs.jobs(run.id)).find(({ step }) => step === begun.step) ?? job;
  }
}

async function pass<T>(items: AsyncIterable<T>, show: (item: T) => string | Uint8Array, out: Writer): Promise<void> {
  for await (const item of items) {
    await out.write(show(item));
    if (out.gone) return;
  }
  await out.flush();
}

function recordJson({ seq, ts, kind, data, partial }: LogRecord): string {
  return `${JSON.stringify({ seq, ts, kind, data, ...(partial ? { partial } : {}) })}\n`;
}

function recordBytes({ data, partial, kind }: LogRecord): string | Uint8Array {
  if (kind === "status") return "";
  const bytes = "line" in data ? Buffer.from(data.line) : Buffer.from(data.bytes, "base64");
  return partial ? bytes : Buffer.concat([bytes, Buffer.from("\n")]);
}

function hasEnded({ status }: JobRecord): boolean {
  return status !== "pending" && status !== "queued" && status !== "running" && status !== "cancelling";
}
