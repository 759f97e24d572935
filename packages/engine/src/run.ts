import {
  type FinishedRunStatus,
  type JobEvent,
  type JobState,
  type Reason,
  type RunState,
  type RunTransitionEvent,
  transition,
  transitionRun,
} from "@fresco/lifecycle";
import type { IR, IRStep } from "@fresco/pipeline";
import { type Command, next, type PlannerEvent, type PlanState, start, type StartOptions } from "@fresco/planner";
import { FrescoError, type LogWriter, type StoredEvent } from "@fresco/ports";
import type { EnginePorts, JobResult, RunResult } from "./api.ts";
import type { EventStream, OutputSource } from "./event-stream.ts";
import { type Finished, Job, type JobContext, type JobObserver } from "./job.ts";
import type { Described } from "./lookup.ts";
import { Recorder } from "./recorder.ts";

export interface RunRequest {
  readonly ports: EnginePorts;
  readonly ir: IR;
  readonly id: string;
  readonly tree: string;
  readonly startedAt: number;
  readonly planning: StartOptions;
  readonly events: EventStream;
  readonly context: (notice: JobContext["notice"]) => JobContext;
}

type Told = StoredEvent extends infer Event ? (Event extends StoredEvent ? Omit<Event, "run" | "ts"> : never) : never;

/** Drives the planner: events in, commands out, until it says that the run is over. */
export class RunLoop {
  readonly #request: RunRequest;
  readonly #recorder: Recorder;
  readonly #context: JobContext;
  readonly #observer: JobObserver;
  readonly #steps: ReadonlyMap<string, IRStep>;
  readonly #jobs = new Map<string, Job>();
  readonly #described = new Map<string, Described>();
  readonly #outputs = new Map<string, OutputSource>();
  readonly #states = new Map<string, JobState>();
  #runState: RunState = { status: "queued" };
  readonly #results = new Map<string, JobResult>();
  readonly #over = Promise.withResolvers<FinishedRunStatus>();
  #state: PlanState | undefined;
  #executing = 0;
  #cancelTimeout: (() => void) | undefined;
  #broken: { readonly error: unknown } | undefined;

  constructor(request: RunRequest) {
    this.#request = request;
    this.#recorder = new Recorder(request.ports.store.runs, (error) => this.#unrecorded(error));
    this.#steps = new Map(request.ir.steps.map((step) => [step.id, step]));
    this.#context = request.context((notice) => this.notice(notice));
    this.#observer = {
      onStarted: (job, log) => this.#started(job, log),
      onOutput: (job) => this.#output(job.step.id),
      onStopping: (job, because) => this.#tell({ type: "job.cancelling", job: job.step.id, because }),
    };
  }

  /** Stop: gracefully, or at once. */
  interrupt(insist: boolean): void {
    this.#apply({ type: "run.interrupted", insist, at: this.#now() });
  }

  notice(notice: Parameters<JobContext["notice"]>[0]): void {
    this.#tell({ type: "notice", ...notice });
  }

  /** Says that the run is there, before anything else is said of it. */
  announce(): void {
    const { ir, tree } = this.#request;
    this.#tell({ type: "run.started", pipeline: ir.pipeline, tree, jobs: ir.steps.map((step) => step.id) });
  }

  /**
   * `settle` is awaited when the last job has ended and before the run is said to be over.
   * @throws whatever broke the surroundings, after everything was stopped.
   */
  async run(settle: () => Promise<void>): Promise<RunResult> {
    const { id, ir, startedAt, planning, events } = this.#request;
    const { state, commands } = start(ir, planning);
    this.#state = state;
    this.#obey(commands);
    const status = await this.#over.promise;
    this.#cancelTimeout?.();
    await settle();
    this.#tell({ type: "run.finished", status, durationMs: this.#now() - startedAt });
    await this.#recorder.written();
    events.end();
    if (this.#broken !== undefined) throw this.#broken.error;
    return { run: id, status, jobs: ir.steps.flatMap((step) => this.#results.get(step.id) ?? []) };
  }

  #apply(event: PlannerEvent): void {
    if (this.#state === undefined) return;
    const { state, commands } = next(this.#state, event);
    this.#state = state;
    this.#obey(commands);
  }

  #obey(commands: readonly Command[]): void {
    for (const command of commands) this.#do(command);
  }

  #do(command: Command): void {
    switch (command.type) {
      case "look-up":
        this.#tell({ type: "job.queued", job: command.job });
        return this.#follow(command.job, this.#lookUp(this.#job(command.job), command.read));
      case "execute":
        return this.#follow(command.job, this.#execute(this.#job(command.job)));
      case "cancel":
        return this.#job(command.job).stop(command.because, command.insist);
      case "conclude":
        this.#finish(command.job, { status: command.status, exitCode: null, reason: command.because });
        return;
      case "wake":
        this.#cancelTimeout?.();
        this.#cancelTimeout = this.#request.ports.clock.after(Math.max(0, command.at - this.#now()), () =>
          this.#apply({ type: "woken", at: this.#now() }),
        );
        return;
      case "finish":
        this.#over.resolve(command.status);
    }
  }

  async #lookUp(job: Job, read: boolean): Promise<void> {
    const found = await job.lookUp(read && this.#context.readCache);
    switch (found.type) {
      case "hit":
        return this.#conclude(job, { status: "cached", exitCode: 0, log: found.entry.log });
      case "failed":
        return this.#conclude(job, { status: "failed", exitCode: null, reason: found.reason });
      case "miss":
        if (found.described !== undefined) this.#described.set(job.step.id, found.described);
        this.#apply({ type: "job.missed", job: job.step.id, at: this.#now() });
    }
  }

  async #execute(job: Job): Promise<void> {
    this.#executing += 1;
    const followed = this.#results.size + this.#executing < this.#steps.size;
    const finished = await job.execute(this.#described.get(job.step.id), followed).finally(() => (this.#executing -= 1));
    await this.#conclude(job, finished);
  }

  /** The surroundings broke under this job: it fails, and the run ends by rejecting with the first such error. */
  #follow(id: string, work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#broken ??= { error };
      this.#finish(id, { status: "failed", exitCode: null, reason: errorReason(error) });
      this.#apply({ type: "job.finished", job: id, status: "failed", at: this.#now() });
    });
  }

  async #conclude(job: Job, finished: Finished): Promise<void> {
    const { id } = job.step;
    if (finished.status === "cached" && finished.log !== undefined) {
      await this.#request.ports.store.runs.logged(this.#request.id, id, 0, finished.log);
      this.#outputs.set(id, { run: this.#request.id, job: id, attempt: 0, log: finished.log, flush: async () => undefined });
    }
    this.#output(id);
    this.#finish(id, finished);
    this.#apply({ type: "job.finished", job: id, status: finished.status, at: this.#now() });
  }

  #finish(id: string, finished: Omit<Finished, "status"> & { readonly status: JobResult["status"] }): void {
    const state = this.#states.get(id);
    const durationMs = state !== undefined && "startedAt" in state ? this.#now() - state.startedAt : 0;
    const { status, exitCode, reason, log } = finished;
    const workspace = this.#context.results.get(id)?.workspace;
    const because = reason === undefined ? {} : { reason };
    this.#results.set(id, {
      job: id,
      status,
      exitCode,
      durationMs,
      ...because,
      ...(log === undefined ? {} : { log }),
      ...(workspace === undefined ? {} : { workspace }),
    });
    this.#tell({ type: "job.finished", job: id, status, exitCode, durationMs, ...because });
  }

  #started(job: Job, log: LogWriter): void {
    const { id } = job.step;
    const { kind } = this.#context.bases.sandboxOf(job.step);
    this.#outputs.set(id, { run: this.#request.id, job: id, attempt: job.attempt, log: log.id, flush: () => log.flush() });
    this.#tell({ type: "job.started", job: id, attempt: job.attempt, sandbox: kind });
    // It may have printed already, and may print nothing more for long.
    this.#output(id);
    this.#apply({ type: "job.started", job: id, at: this.#now() });
  }

  #output(id: string): void {
    const source = this.#outputs.get(id);
    if (source !== undefined) this.#request.events.output(source);
  }

  #job(id: string): Job {
    const known = this.#jobs.get(id);
    if (known !== undefined) return known;
    const step = this.#steps.get(id);
    if (step === undefined) throw new Error(`the planner named a job that is no step: ${id}`);
    const job = new Job(step, this.#context, this.#observer);
    this.#jobs.set(id, job);
    return job;
  }

  #tell(told: Told): void {
    const event: StoredEvent = { ...told, run: this.#request.id, ts: this.#now() };
    if (event.type === "run.started" || event.type === "run.finished") this.#advanceRun(event);
    else if (event.type !== "notice") this.#advance(event);
    this.#recorder.add(event);
    this.#request.events.push(event);
  }

  /** @throws Error when the event cannot be true: a mistake of this program. */
  #advance(event: JobEvent): void {
    const state = transition(this.#states.get(event.job) ?? { status: "pending" }, event);
    if (state.status === "illegal") throw new Error(`${event.job}: ${state.text}`);
    this.#states.set(event.job, state);
  }

  /** @throws Error when the event cannot be true: a mistake of this program. */
  #advanceRun(event: RunTransitionEvent): void {
    const state = transitionRun(this.#runState, event);
    if (state === "illegal") throw new Error(`the run is ${this.#runState.status} and cannot take the event ${event.type}`);
    this.#runState = state;
  }

  /** What cannot be recorded must not go on. */
  #unrecorded(error: unknown): void {
    this.#broken ??= { error };
    this.interrupt(false);
  }

  #now(): number {
    return this.#request.ports.clock.now();
  }
}

function errorReason(error: unknown): Reason {
  const text = error instanceof Error ? error.message : String(error);
  return error instanceof FrescoError
    ? { type: "error", code: error.code, text, ...(error.hint === undefined ? {} : { hint: error.hint }) }
    : { type: "error", code: "internal", text };
}
