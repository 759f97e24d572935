import { type FinishedJobStatus, type JobEnd, type Reason, runStatus, type RunStop } from "@fresco/lifecycle";
import { formatDuration, type IR } from "@fresco/pipeline";
import { Deadlines } from "./deadlines.ts";
import { type Graph, graphOf, positionOf } from "./graph.ts";
import type { Command, PlannerEvent, StartOptions } from "./messages.ts";
import { ReadyQueue } from "./ready-queue.ts";

/**
 * A job's way through the plan. `looking` and `ready` hold no slot; `executing` does.
 *
 *     waiting → looking → ready → executing → ended
 *        └─────────┴────────┴──────────────────↗   (skipped, cancelled, or a hit)
 */
type Stage = "waiting" | "looking" | "ready" | "executing" | "ended";

/** The job whose failure stops the others. */
type FailFast = Extract<Reason, { readonly type: "job" }>;

/** A run's jobs, and what follows for them from each event. Changes in place. */
export class Plan {
  readonly #graph: Graph;
  readonly #options: StartOptions;
  readonly #timeout: number | undefined;
  readonly #limits: readonly (number | undefined)[];
  readonly #stages: Stage[];
  /** How many of what must end before have not. */
  readonly #open: Int32Array;
  readonly #ready: ReadyQueue;
  readonly #executing = new Set<number>();
  /** When executing jobs and the run have used up their time. */
  readonly #deadlines = new Deadlines<number | "run">();
  /** Why executing jobs were told to stop: the first cause. */
  readonly #causes = new Map<number, Reason>();
  readonly #ends: JobEnd[] = [];
  #commands: Command[] = [];
  #over = false;
  /** Why nothing new starts: the first cause, which decides how the run ends. */
  #stop: RunStop | FailFast | undefined;

  constructor(ir: IR, options: StartOptions) {
    this.#graph = graphOf(ir);
    this.#options = options;
    this.#timeout = options.timeout ?? ir.timeout;
    this.#limits = ir.steps.map((step) => step.timeout);
    this.#stages = ir.steps.map(() => "waiting");
    this.#open = new Int32Array(this.#graph.before.map((before) => before.length));
    this.#ready = new ReadyQueue(this.#graph.chain);
  }

  begin(): readonly Command[] {
    const { selection, at = 0 } = this.#options;
    if (this.#timeout !== undefined) this.#deadlines.set("run", at + this.#timeout);
    this.#graph.ids.forEach((id, position) => {
      const selected = selection === undefined || selection.steps.has(id);
      if (!selected) this.#conclude(position, "skipped", { type: "condition", text: "not selected" });
    });
    this.#graph.ids.forEach((_, position) => this.#lookUpIfFree(position));
    return this.#settle();
  }

  /** @throws Error for a job that is no step, or that finished before it was looked up; nothing has changed then. */
  take(event: PlannerEvent): readonly Command[] {
    switch (event.type) {
      case "job.missed":
        this.#missed(positionOf(this.#graph.positions, event.job));
        break;
      case "job.started":
        this.#started(positionOf(this.#graph.positions, event.job), event.at);
        break;
      case "job.finished":
        this.#finished(positionOf(this.#graph.positions, event.job), event.status);
        break;
      case "run.interrupted":
        this.#halt({ type: "interrupt", text: "the run was interrupted" }, event.insist);
        break;
      case "woken":
        this.#wake(event.at);
    }
    this.#execute();
    return this.#settle();
  }

  #missed(position: number): void {
    if (this.#stages[position] !== "looking") return;
    if (this.#stop !== undefined) {
      this.#conclude(position, "cancelled", this.#stop);
      return;
    }
    this.#stages[position] = "ready";
    this.#ready.push(position);
  }

  #started(position: number, at: number): void {
    const limit = this.#limits[position];
    if (limit === undefined || this.#stages[position] !== "executing") return;
    this.#deadlines.set(position, at + limit);
  }

  #finished(position: number, status: FinishedJobStatus): void {
    const stage = this.#stages[position];
    if (stage === "ended") return;
    if (stage === "waiting") throw new Error(`"${this.#id(position)}" finished before it was looked up`);
    this.#end(position, { status });
    if (status === "passed" || status === "cached") {
      for (const later of this.#graph.behind[position] ?? []) this.#freed(later);
      return;
    }
    const because: FailFast = { type: "job", job: this.#id(position), text: `${this.#id(position)} ${outcomeText(status)}` };
    this.#skipBehind(position, because);
    if (this.#options.keepGoing !== true) this.#halt(because, false);
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
  #halt(because: RunStop | FailFast, insist: boolean): void {
    const first = this.#stop === undefined;
    this.#stop ??= because;
    this.#deadlines.delete("run");
    if (first || insist) for (const position of this.#executing) this.#cancel(position, this.#stop, insist);
    if (!first) return;
    this.#stages.forEach((stage, position) => {
      if (stage === "waiting" || stage === "ready") this.#conclude(position, "cancelled", because);
    });
  }

  #cancel(position: number, cause: Reason, insist: boolean): void {
    const told = this.#causes.get(position);
    if (told !== undefined && !insist) return;
    const because = told ?? cause;
    this.#causes.set(position, because);
    this.#commands.push({ type: "cancel", job: this.#id(position), because, insist });
  }

  #wake(at: number): void {
    for (const over of this.#deadlines.take(at)) {
      const limit = over === "run" ? this.#timeout : this.#limits[over];
      if (limit === undefined) continue;
      const text = `took longer than its limit of ${formatDuration(limit)}`;
      if (over === "run") this.#halt({ type: "run-timeout", limit, text: `the run ${text}` }, false);
      else this.#cancel(over, { type: "timeout", limit, text }, false);
    }
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
    this.#end(position, { status, reason: because });
    this.#commands.push({ type: "conclude", job: this.#id(position), status, because });
    // A step that was not selected holds nothing back: what needs it is not selected either, and mere order has nothing to wait for.
    if (because.type === "condition") {
      for (const later of this.#graph.behind[position] ?? []) this.#open[later] = (this.#open[later] ?? 0) - 1;
    }
  }

  #end(position: number, end: JobEnd): void {
    this.#stages[position] = "ended";
    this.#executing.delete(position);
    this.#deadlines.delete(position);
    this.#ends.push(end);
  }

  /** The commands so far, and what follows from any event: the run is over, or the alarm is set for what is over next. */
  #settle(): readonly Command[] {
    const commands = this.#commands;
    this.#commands = [];
    if (this.#over) return commands;
    this.#over = this.#ends.length === this.#stages.length;
    if (this.#over) {
      const stopped = this.#stop?.type === "job" ? undefined : this.#stop;
      return [...commands, { type: "finish", status: runStatus(this.#ends, stopped) }];
    }
    const at = this.#deadlines.resetAlarm();
    return at === undefined ? commands : [...commands, { type: "wake", at }];
  }

  #id(position: number): string {
    return this.#graph.ids[position] ?? "";
  }
}

function outcomeText(status: FinishedJobStatus): string {
  if (status === "timed-out") return "took too long";
  return status === "failed" || status === "crashed" ? status : `was ${status}`;
}
