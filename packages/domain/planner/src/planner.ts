import type { FinishedJobStatus, FinishedRunStatus, Reason } from "@fresco/lifecycle";
import type { IR } from "@fresco/pipeline";
import { type Graph, graphOf, positionOf } from "./graph.ts";
import type { Command, PlannerEvent, StartOptions } from "./messages.ts";
import { ReadyQueue } from "./ready-queue.ts";

/**
 * Where a run stands. Handed on from call to call: {@link next} consumes the state that it is given and refuses one that was consumed, so that the
 * cost of an event does not depend on the size of the pipeline.
 */
export interface PlanState {
  readonly pipeline: string;
}

export interface Planned {
  readonly state: PlanState;
  readonly commands: readonly Command[];
}

/** Begins a run of a validated pipeline. */
export function start(ir: IR, options: StartOptions): Planned {
  const plan = new Plan(ir, options);
  plan.begin();
  return plan.handOn();
}

/** What follows from an event. Events about jobs that have ended change nothing. @throws Error for a state that was consumed, or an unknown job. */
export function next(state: PlanState, event: PlannerEvent): Planned {
  if (!(state instanceof Handle)) throw new Error("this state comes from elsewhere");
  state.plan.take(state, event);
  return state.plan.handOn();
}

class Handle implements PlanState {
  readonly pipeline: string;
  readonly plan: Plan;

  constructor(pipeline: string, plan: Plan) {
    this.pipeline = pipeline;
    this.plan = plan;
  }
}

/**
 * A job's way through the plan. `looking` and `ready` hold no slot; `executing` does.
 *
 *     waiting → looking → ready → executing → ended
 *        └─────────┴────────┴──────────────────↗   (skipped, cancelled, or a hit)
 */
type Stage = "waiting" | "looking" | "ready" | "executing" | "ended";

class Plan {
  readonly #pipeline: string;
  readonly #graph: Graph;
  readonly #options: StartOptions;
  readonly #timeout: number | undefined;
  readonly #stages: Stage[];
  /** How many of what must end before have not. */
  readonly #open: Int32Array;
  readonly #ready: ReadyQueue;
  readonly #executing = new Set<number>();
  #commands: Command[] = [];
  #current: Handle | undefined;
  #left: number;
  #over = false;
  /** Why nothing new starts. The first cause decides how the run ends. */
  #stop: { readonly status: FinishedRunStatus; readonly because: Reason } | undefined;
  #failed = false;

  constructor(ir: IR, options: StartOptions) {
    this.#pipeline = ir.pipeline;
    this.#graph = graphOf(ir);
    this.#options = options;
    this.#timeout = options.timeout ?? ir.timeout;
    this.#stages = ir.steps.map(() => "waiting");
    this.#open = Int32Array.from(this.#graph.before, (before) => before.length);
    this.#ready = new ReadyQueue(this.#graph.chain);
    this.#left = ir.steps.length;
  }

  begin(): void {
    const { selection, at = 0 } = this.#options;
    if (this.#timeout !== undefined) this.#commands.push({ type: "wake", at: at + this.#timeout });
    this.#graph.ids.forEach((id, position) => {
      if (selection !== undefined && !selection.steps.has(id)) this.#conclude(position, "skipped", { type: "condition", text: "not selected" });
    });
    this.#graph.ids.forEach((_, position) => this.#lookUpIfFree(position));
    this.#finishIfDone();
  }

  take(state: Handle, event: PlannerEvent): void {
    if (state !== this.#current) throw new Error("this state was already used");
    switch (event.type) {
      case "job.missed":
        this.#missed(positionOf(this.#graph.positions, event.job));
        break;
      case "job.finished":
        this.#finished(positionOf(this.#graph.positions, event.job), event.status);
        break;
      case "run.interrupted":
        this.#halt("cancelled", { type: "interrupt", text: "the run was interrupted" }, event.insist);
        break;
      case "woken":
        this.#wake(event.at);
    }
    this.#execute();
    this.#finishIfDone();
  }

  handOn(): Planned {
    const state = new Handle(this.#pipeline, this);
    this.#current = state;
    const commands = this.#commands;
    this.#commands = [];
    return { state, commands };
  }

  #missed(position: number): void {
    if (this.#stages[position] !== "looking") return;
    if (this.#stop !== undefined) {
      this.#conclude(position, "cancelled", this.#stop.because);
      return;
    }
    this.#stages[position] = "ready";
    this.#ready.push(position);
  }

  #finished(position: number, status: FinishedJobStatus): void {
    if (this.#stages[position] === "ended") return;
    this.#end(position);
    if (status === "passed" || status === "cached") {
      for (const later of this.#graph.behind[position] ?? []) this.#freed(later);
      return;
    }
    const because: Reason = { type: "job", job: this.#id(position), text: `${this.#id(position)} ${outcomeText(status)}` };
    this.#skipBehind(position, because);
    if (status !== "cancelled") this.#failed = true;
    if (this.#options.keepGoing !== true && this.#stop === undefined) this.#halt("failed", because, false);
  }

  /** What stands on a job that did not pass does not run. What merely comes after it in order does not either: it counts on what came before. */
  #skipBehind(position: number, because: Reason): void {
    const affected = [position];
    for (const current of affected) {
      for (const later of this.#graph.behind[current] ?? []) {
        if (this.#stages[later] !== "waiting") continue;
        this.#conclude(later, "skipped", because);
        affected.push(later);
      }
    }
  }

  /** Nothing new starts; what executes is cancelled; what waits ends. */
  #halt(status: FinishedRunStatus, because: Reason, insist: boolean): void {
    const first = this.#stop === undefined;
    this.#stop ??= { status, because };
    if (!first && !insist) return;
    for (const position of this.#executing) this.#commands.push({ type: "cancel", job: this.#id(position), because: this.#stop.because, insist });
    if (!first) return;
    this.#stages.forEach((stage, position) => {
      if (stage === "waiting" || stage === "ready") this.#conclude(position, "cancelled", because);
    });
  }

  #wake(at: number): void {
    if (this.#timeout === undefined || this.#left === 0) return;
    const end = (this.#options.at ?? 0) + this.#timeout;
    if (at < end) this.#commands.push({ type: "wake", at: end });
    else this.#halt("timed-out", { type: "run-timeout", limit: this.#timeout, text: `the run took longer than its limit of ${this.#timeout} ms` }, false);
  }

  #execute(): void {
    while (this.#executing.size < Math.max(1, this.#options.parallel)) {
      const position = this.#ready.pop();
      if (position === undefined) return;
      if (this.#stages[position] !== "ready") continue;
      this.#stages[position] = "executing";
      this.#executing.add(position);
      this.#commands.push({ type: "execute", job: this.#id(position) });
    }
  }

  #freed(position: number): void {
    this.#open[position] = (this.#open[position] ?? 0) - 1;
    this.#lookUpIfFree(position);
  }

  #lookUpIfFree(position: number): void {
    if (this.#open[position] !== 0 || this.#stages[position] !== "waiting") return;
    const job = this.#id(position);
    this.#stages[position] = "looking";
    this.#commands.push({ type: "look-up", job, read: this.#options.selection?.forced.has(job) !== true });
  }

  #conclude(position: number, status: "skipped" | "cancelled", because: Reason): void {
    this.#end(position);
    this.#commands.push({ type: "conclude", job: this.#id(position), status, because });
    // A step that was not selected holds nothing back: what needs it is not selected either, and mere order has nothing to wait for.
    if (because.type === "condition") for (const later of this.#graph.behind[position] ?? []) this.#open[later] = (this.#open[later] ?? 0) - 1;
  }

  #end(position: number): void {
    this.#stages[position] = "ended";
    this.#executing.delete(position);
    this.#left -= 1;
  }

  #finishIfDone(): void {
    if (this.#left > 0 || this.#over) return;
    this.#over = true;
    this.#commands.push({ type: "finish", status: this.#stop?.status ?? (this.#failed ? "failed" : "passed") });
  }

  #id(position: number): string {
    return this.#graph.ids[position] ?? "";
  }
}

function outcomeText(status: FinishedJobStatus): string {
  return status === "timed-out" ? "took too long" : status === "crashed" ? "crashed" : status === "failed" ? "failed" : `was ${status}`;
}
