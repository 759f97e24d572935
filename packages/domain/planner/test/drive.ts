import type { FinishedJobStatus } from "@fresco/lifecycle";
import type { IR } from "@fresco/pipeline";
import { type Command, next, type PlannerEvent, start, type StartOptions } from "@fresco/planner";

/** A run that a test leads by the hand: every command is kept as one line. */
export class Drive {
  #state;
  readonly #lines: string[] = [];
  #at = 0;

  constructor(ir: IR, options: StartOptions) {
    const { state, commands } = start(ir, options);
    this.#state = state;
    this.#keep(commands);
  }

  /** The lines since this was asked the last time. */
  told(): string[] {
    return this.#lines.splice(0);
  }

  at(time: number): this {
    this.#at = time;
    return this;
  }

  missed(...jobs: string[]): this {
    for (const job of jobs) this.#apply({ type: "job.missed", job, at: this.#at });
    return this;
  }

  started(job: string): this {
    return this.#apply({ type: "job.started", job, at: this.#at });
  }

  finished(job: string, status: FinishedJobStatus = "passed"): this {
    return this.#apply({ type: "job.finished", job, status, at: this.#at });
  }

  interrupted(insist = false): this {
    return this.#apply({ type: "run.interrupted", insist, at: this.#at });
  }

  woken(): this {
    return this.#apply({ type: "woken", at: this.#at });
  }

  #apply(event: PlannerEvent): this {
    const { state, commands } = next(this.#state, event);
    this.#state = state;
    this.#keep(commands);
    return this;
  }

  #keep(commands: readonly Command[]): void {
    this.#lines.push(...commands.map(line));
  }
}

function line(command: Command): string {
  switch (command.type) {
    case "look-up":
      return `look up ${command.job}${command.read ? "" : " (forced)"}`;
    case "execute":
      return `execute ${command.job}`;
    case "cancel":
      return `${command.insist ? "kill" : "cancel"} ${command.job}: ${command.because.text}`;
    case "conclude":
      return `${command.status} ${command.job}: ${command.because.text}`;
    case "wake":
      return `wake at ${command.at}`;
    case "finish":
      return `finish ${command.status}`;
  }
}
