import type { OutputChunk } from "@fresco/engine";
import type { FinishedJobStatus, RunEvent } from "@fresco/lifecycle";
import type { IR } from "@fresco/pipeline";
import type { StoredEvent } from "@fresco/ports";
import { formatElapsed } from "./duration.ts";
import { prefixLines } from "./prefix-lines.ts";
import type { Style } from "./style.ts";
import type { Writer } from "./writer.ts";

/** `stream`: lines as they come, each with its step. `grouped`: a step's lines together when it ends. `failed`: only those of steps that failed. */
export type LogMode = "stream" | "grouped" | "failed";

export interface HumanOptions {
  /** Step output and results. */
  readonly out: Writer;
  /** The tool's own words. */
  readonly err: Writer;
  readonly style: Style;
  readonly mode: LogMode;
  readonly ir: IR;
  /** The last lines of a step's log, for the report of a failure. */
  readonly tail: (job: string, lines: number) => Promise<readonly string[]>;
  /** All lines of a step's log. */
  readonly lines: (job: string) => AsyncIterable<string>;
  /** How to run this step again, as a command. */
  readonly again: (job: string) => string;
}

const TAIL_LINES = 50;

type Finished = Extract<RunEvent, { type: "job.finished" }>;

/** A run for a person at a terminal, or for a log that a person reads. */
export class HumanOutput {
  readonly #options: HumanOptions;
  readonly #width: number;
  readonly #failed: Finished[] = [];
  readonly #counts = new Map<FinishedJobStatus, number>();

  constructor(options: HumanOptions) {
    this.#options = options;
    this.#width = Math.min(24, Math.max(0, ...options.ir.steps.map((step) => step.id.length)));
  }

  async on(event: StoredEvent | OutputChunk): Promise<void> {
    const { out, err, style, mode } = this.#options;
    switch (event.type) {
      case "run.started":
        await err.write(
          `${style.bold(event.pipeline)} ${style.dim(`run ${event.run} · ${plural(event.jobs.length, "step")} · source ${event.tree.slice(0, 12)}`)}\n`,
        );
        return err.flush();
      case "job.output":
        if (mode === "stream") await out.write(prefixLines(event.bytes, Buffer.from(this.#prefix(event.job))));
        return;
      case "job.started":
        if (mode === "stream") await this.#say(`${this.#label(event.job)} ${style.dim("started")}`);
        return;
      case "job.cancelling":
        return this.#say(`${this.#label(event.job)} ${style.yellow("stopping")}: ${event.because.text}`);
      case "notice":
        return this.#say(
          `${event.job === undefined ? style.dim("note") : this.#label(event.job)} ${style.yellow("▲")} ${event.text}${event.hint === undefined ? "" : `\n${" ".repeat(this.#width)}   hint: ${event.hint}`}`,
        );
      case "job.finished":
        return this.#finished(event);
      case "run.finished":
        return this.#summary(event);
      case "job.queued":
        return;
    }
  }

  async #say(line: string): Promise<void> {
    const { out, err } = this.#options;
    // Both streams often are one terminal: what was printed first must be seen first.
    await out.flush();
    await err.write(`${line}\n`);
    await err.flush();
  }

  async #finished(event: Finished): Promise<void> {
    const { out, mode } = this.#options;
    // A run of one step of a hundred is about that one.
    if (event.reason?.type === "condition") return;
    this.#counts.set(event.status, (this.#counts.get(event.status) ?? 0) + 1);
    if (isFailure(event.status)) this.#failed.push(event);
    if (mode === "grouped" && event.status !== "skipped") {
      for await (const line of this.#options.lines(event.job)) await out.write(`${this.#prefix(event.job)}${line}\n`);
    }
    await out.write(`${this.#label(event.job)} ${this.#status(event)}\n`);
    await out.flush();
  }

  #status({ status, durationMs, reason }: Finished): string {
    const { style } = this.#options;
    const time = style.dim(formatElapsed(durationMs));
    const why = reason === undefined ? "" : ` ${reason.text}`;
    switch (status) {
      case "passed":
        return `${style.green("✓ passed")} ${time}`;
      case "cached":
        return style.cyan("● cached");
      case "skipped":
        return style.dim(`○ skipped${why}`);
      case "cancelled":
        return style.yellow(`◌ cancelled${why}`);
      case "failed":
      case "timed-out":
      case "crashed":
        return `${style.red(`✗ ${status}`)}${why} ${time}`;
    }
  }

  async #summary(event: Extract<RunEvent, { type: "run.finished" }>): Promise<void> {
    const { out, err, style } = this.#options;
    const counts = [...this.#counts].map(([status, count]) => `${count} ${status}`).join(", ");
    const verdict = event.status === "passed" ? style.green(event.status) : style.red(event.status);
    await err.write(`${style.bold(verdict)} ${style.dim(`in ${formatElapsed(event.durationMs)}`)}${counts === "" ? "" : ` · ${counts}`}\n`);
    await this.#reportFailures();
    await out.flush();
    await err.flush();
  }

  async #reportFailures(): Promise<void> {
    const { err, style, ir, tail, again } = this.#options;
    for (const { job, exitCode, reason, status } of this.#failed) {
      const step = ir.steps.find(({ id }) => id === job);
      const lines = await tail(job, TAIL_LINES);
      await err.write(
        `\n${style.red(`✗ ${job}`)} ${status}${exitCode === null ? "" : ` (exit code ${exitCode})`}${reason === undefined ? "" : `: ${reason.text}`}\n`,
      );
      if (reason !== undefined && "hint" in reason && reason.hint !== undefined) await err.write(`  hint: ${reason.hint}\n`);
      await err.write(`  command: ${step?.command.trim().replaceAll("\n", "\n           ") ?? ""}\n`);
      if (lines.length > 0) await err.write(`  last ${plural(lines.length, "line")}:\n${lines.map((line) => `    ${line}`).join("\n")}\n`);
      await err.write(`  again: ${again(job)}\n`);
    }
  }

  #prefix(job: string): string {
    return `${this.#label(job)} ${this.#options.style.dim("│")} `;
  }

  #label(job: string): string {
    return this.#options.style.bold(job.padEnd(this.#width));
  }
}

function isFailure(status: FinishedJobStatus): boolean {
  return status === "failed" || status === "timed-out" || status === "crashed";
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
