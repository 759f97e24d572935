import { createEngine, type Engine, type JobResult, type Run, type RunOptions, type RunResult } from "@fresco/engine";
import type { RunEvent } from "@fresco/lifecycle";
import { bytePath, type IR, pipeline, type Step, toIR } from "@fresco/pipeline";
import { type MemoryPorts, memoryPorts } from "@fresco/ports-testing";
import { expect } from "vitest";
import { TestSandbox } from "./test-sandbox.ts";

/** A project, a store and a sandbox to run pipelines on. */
export class Bench implements AsyncDisposable {
  readonly sandbox: TestSandbox;
  readonly ports: Omit<MemoryPorts, "sandbox"> & { readonly sandbox: TestSandbox };
  readonly engine: Engine;

  constructor(files: Readonly<Record<string, string>> = {}, sandbox = new TestSandbox()) {
    this.sandbox = sandbox;
    this.ports = { ...memoryPorts(files), sandbox };
    this.engine = createEngine(this.ports);
  }

  async write(path: string, content: string): Promise<void> {
    await this.ports.source.write(bytePath(path), content);
  }

  /** Runs these leaves to the end. */
  async run(leaves: readonly Step[] | IR, options: RunOptions = {}): Promise<Ran> {
    return ran(this.engine.run(irOf(leaves), options));
  }

  /** Lets time pass in small steps, and what waits for it act in between. */
  async advanceBy(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 1_000) {
      await this.ports.clock.advance(1_000);
      await new Promise(setImmediate);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine[Symbol.asyncDispose]();
    await this.ports.store[Symbol.asyncDispose]();
  }
}

export function irOf(leaves: readonly Step[] | IR): IR {
  return "version" in leaves ? leaves : toIR(pipeline("ci", leaves));
}

/** All that came of a run. */
export interface Ran {
  readonly result: RunResult;
  readonly events: readonly RunEvent[];
  /** Step to status. */
  readonly statuses: Readonly<Record<string, string>>;
  readonly job: (id: string) => JobResult;
  /** What a step printed, line by line. */
  readonly lines: (job: string) => readonly string[];
  readonly notices: (code: string) => readonly string[];
}

/** Reads a run's events to their end. @throws what its result rejects with. */
export async function ran(run: Run): Promise<Ran> {
  const events = await Array.fromAsync(run.events);
  const result = await run.result;
  return {
    result,
    events,
    statuses: Object.fromEntries(result.jobs.map(({ job, status }) => [job, status])),
    job: (id) => {
      const found = result.jobs.find(({ job }) => job === id);
      if (found === undefined) throw new Error(`there is no job ${id}`);
      return found;
    },
    lines: (job) => events.flatMap((event) => (event.type === "job.log" && event.job === job && "line" in event ? [event.line] : [])),
    notices: (code) => events.flatMap((event) => (event.type === "notice" && event.code === code ? [event.text] : [])),
  };
}

/** Matches text that holds this; vitest's own matchers are of any type. */
export function containing(what: string | RegExp): unknown {
  return typeof what === "string" ? expect.stringContaining(what) : expect.stringMatching(what);
}

/** Reads until an event is there. */
export async function until(events: AsyncIterator<RunEvent>, wanted: (event: RunEvent) => boolean): Promise<RunEvent> {
  for (;;) {
    const next = await events.next();
    if (next.done === true) throw new Error("the run ended before");
    if (wanted(next.value)) return next.value;
  }
}
