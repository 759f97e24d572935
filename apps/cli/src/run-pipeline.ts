import { createEngine, type OutputChunk, type Run, type RunOptions, type RunResult } from "@fresco/engine";
import { exitCodeOf, type RunEvent } from "@fresco/lifecycle";
import type { IR } from "@fresco/pipeline";
import { checkExports, exportResults, type ExportRequest } from "./export.ts";
import type { Freezing } from "./freezing.ts";
import { HumanOutput, type LogMode } from "./output/human.ts";
import { JsonOutput } from "./output/json.ts";
import { logLines, logTail } from "./output/log-text.ts";
import { styleFor } from "./output/style.ts";
import { Writer } from "./output/writer.ts";
import { type Picked, pickPipeline } from "./pick.ts";
import { type PlanningRequest, planningRunOptions } from "./planning.ts";
import { openProject, type ProjectSession } from "./session.ts";
import type { Interrupts } from "./signals.ts";

/** What the user asked for. */
export interface RunRequest extends PlanningRequest {
  readonly parallel: number;
  readonly keepGoing: boolean;
  readonly timeout: number | undefined;
  readonly exports: readonly ExportRequest[];
  readonly force: boolean;
  readonly format: "human" | "json";
  readonly logs: LogMode;
  /** Milliseconds. */
  readonly beganAt: number;
}

/** Runs a pipeline and gives the exit code. */
export async function runPipeline(freezing: Freezing, request: RunRequest, interrupts: Interrupts): Promise<number> {
  await using session = await openProject(freezing, request);
  const picked = pickPipeline(session.pipelines, request.name);
  checkExports(request.exports, picked.ir);
  await using engine = createEngine(session.ports, { owner: session.owner });
  const result = await follow(engine.run(picked.ir, engineOptions(picked, session, request, interrupts)), picked.ir, session, request);
  if (result.status === "passed" && request.exports.length > 0) {
    await exportResults(request.exports, result, {
      ir: picked.ir,
      layers: session.ports.layers,
      beganAt: request.beganAt,
      force: request.force,
    });
  }
  return exitCodeOf(result.status, interrupts.received());
}

function engineOptions(picked: Picked, session: ProjectSession, request: RunRequest, interrupts: Interrupts): RunOptions {
  return {
    ...planningRunOptions(picked, session, request),
    signal: interrupts.signal,
    kill: interrupts.kill,
    parallel: request.parallel,
    keepGoing: request.keepGoing,
    logEvents: request.format === "json" || request.logs === "stream",
    exports: request.exports.map(({ step }) => step),
    ...(request.timeout === undefined ? {} : { timeout: request.timeout }),
  };
}

/** Prints the run's events as they come, and gives its result. */
async function follow(
  started: Run,
  ir: IR,
  session: ProjectSession,
  { format, logs }: { readonly format: "human" | "json"; readonly logs: LogMode },
): Promise<RunResult> {
  const out = new Writer(process.stdout);
  const flush = (): Promise<void> => out.flush();
  if (format === "json") {
    const output = new JsonOutput(out);
    for await (const event of batched(started.events, flush)) await output.on(event);
  } else {
    const output = humanOutput(out, ir, session, logs, started);
    for await (const event of batched(started.chunked(), flush)) await output.on(event);
  }
  await out.flush();
  return started.result;
}

/** Passes events on, and flushes whenever the next one is not there at once, so that output is written in large pieces but never held back. */
async function* batched<Event extends RunEvent | OutputChunk>(
  events: AsyncIterable<Event>,
  flush: () => Promise<void>,
): AsyncGenerator<Event> {
  const iterator = events[Symbol.asyncIterator]();
  for (;;) {
    const next = iterator.next();
    let arrived = false;
    const timer = setImmediate(() => {
      if (!arrived) void flush();
    });
    const item = await next;
    arrived = true;
    clearImmediate(timer);
    if (item.done === true) return;
    yield item.value;
  }
}

function humanOutput(out: Writer, ir: IR, { store, logs }: ProjectSession, mode: LogMode, started: Run): HumanOutput {
  const logOf = async (step: string): Promise<string | undefined> =>
    (await store.runs.jobs(await started.id)).find((job) => job.step === step)?.log;
  return new HumanOutput({
    out,
    err: new Writer(process.stderr),
    style: styleFor(process.stdout, process.env),
    mode,
    ir,
    tail: async (job, count) => {
      const log = await logOf(job);
      return log === undefined ? [] : logTail(logs, log, count);
    },
    lines: async function* (job) {
      const log = await logOf(job);
      if (log !== undefined) yield* logLines(logs, log);
    },
    again: (job) => `fresco run ${shellWord(ir.pipeline)} --only ${shellWord(job)}`,
  });
}

function shellWord(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
