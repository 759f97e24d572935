import type { CapturedLayer, LeftStep, RunningStep, StepExit, StepRequest } from "@fresco/ports";
import type { Attached } from "./attached.ts";
import { removeContainer } from "./attached.ts";
import { wordsOf } from "./connect.ts";
import { demultiplex } from "./demultiplex.ts";
import { ReportLine } from "./report-line.ts";
import type { Report } from "./report-line.ts";
import { signalScript } from "./script.ts";

type Signal = "TERM" | "INT" | "HUP" | "KILL";

export interface DockerStepParts {
  /** Before what the script says of itself. */
  readonly word: string;
  readonly script: string;
  readonly output: StepRequest["output"];
  /** Once nothing of it runs any more, before anybody hears of it. */
  readonly onEnded: (exit: StepExit) => Promise<void>;
  readonly capture: (into: { readonly id: string; readonly path: string }) => Promise<CapturedLayer | undefined>;
  /** What went wrong with the Engine, as an error for a reader. */
  readonly failure: (cause: unknown, doing: string) => Error;
}

/** A step in a container of its own. */
export class DockerStep implements RunningStep {
  readonly left: LeftStep;
  readonly exit: Promise<StepExit>;
  /** Resolves when the command runs or never will. */
  readonly settled: Promise<void>;
  readonly #attached: Attached;
  readonly #parts: DockerStepParts;
  readonly #settle: () => void;
  #report: Report | undefined;
  #printed = "";
  #over = false;

  constructor(attached: Attached, parts: DockerStepParts) {
    this.#attached = attached;
    this.#parts = parts;
    this.left = { process: undefined, token: attached.container.id };
    const settled = Promise.withResolvers<void>();
    this.settled = settled.promise;
    this.#settle = settled.resolve;
    this.exit = this.#run();
  }

  signal(signal: Signal): void {
    const { container } = this.#attached;
    if (this.#over) return;
    // One that has ended by now needs no signal.
    if (signal === "KILL") return void container.kill({ signal: "KILL" }).catch(() => undefined);
    void this.settled.then(() => this.#forward(signal)).catch(() => undefined);
  }

  async captureSystem(into: { readonly id: string; readonly path: string }): Promise<CapturedLayer | undefined> {
    try {
      return await this.#parts.capture(into);
    } catch (cause) {
      throw this.#parts.failure(cause, "keep what the step changed in the system");
    }
  }

  async release(): Promise<void> {
    await this.exit;
    try {
      await removeContainer(this.#attached.container);
    } catch (cause) {
      throw this.#parts.failure(cause, "remove the step's container");
    }
  }

  /** From inside, since the Engine would signal pid 1 alone; as root, since the step's processes may be anybody's. */
  async #forward(signal: Exclude<Signal, "KILL">): Promise<void> {
    if (this.#over) return;
    const exec = await this.#attached.container.exec({ Cmd: ["/bin/sh", "-c", signalScript(signal)], User: "0" });
    // Its answer is a stream, which would keep the command alive if nobody read it.
    (await exec.start({ Detach: true })).resume();
  }

  async #run(): Promise<StepExit> {
    const { container, stream } = this.#attached;
    const waited = container.wait();
    const delivered = this.#deliver();
    stream.end(this.#parts.script);
    const [code, output] = await Promise.allSettled([waited, delivered]);
    this.#over = true;
    this.#settle();
    const exit = this.#outcome(code, output);
    try {
      await this.#parts.onEnded(exit);
    } catch (error) {
      return { type: "lost", text: `what it left could not be taken over: ${wordsOf(error)}` };
    }
    return exit;
  }

  async #deliver(): Promise<void> {
    const { output, word } = this.#parts;
    const line = new ReportLine(word, (report) => {
      this.#report = report;
      this.#settle();
    });
    const give = (name: "stdout" | "stderr", chunk: Uint8Array): void | Promise<void> => {
      if (this.#report === undefined && this.#printed.length < 4_000) this.#printed += Buffer.from(chunk).toString("latin1");
      return output(name, chunk);
    };
    await demultiplex(this.#attached.stream, (name, chunk) => {
      const own = name === "stderr" ? line.take(chunk) : chunk;
      return own === undefined ? undefined : give(name, own);
    });
    const rest = line.end();
    if (rest !== undefined) await give("stderr", rest);
  }

  #outcome(code: PromiseSettledResult<{ readonly StatusCode: number }>, output: PromiseSettledResult<void>): StepExit {
    if (this.#report === "missing") {
      return { type: "unstarted", code: "sandbox.shell-missing", text: "The shell that the step names is not in its image." };
    }
    if (code.status === "rejected") return { type: "lost", text: `The Docker Engine told no exit code: ${wordsOf(code.reason)}` };
    if (output.status === "rejected") return { type: "lost", text: `Its output could not be kept: ${wordsOf(output.reason)}` };
    // A container that is stopped from outside before the command was handed over to is a stopped step all the same.
    if (this.#report === undefined && code.value.StatusCode < 128) {
      return {
        type: "unstarted",
        code: "sandbox.setup",
        text: `The container could not be set up: ${this.#printed.trim() || "no reason was given"}`,
      };
    }
    return { type: "exited", code: code.value.StatusCode };
  }
}

/** A step whose container could not be made or started. */
export class UnstartedStep implements RunningStep {
  readonly left: LeftStep = { process: undefined, token: "" };
  readonly exit: Promise<StepExit>;

  constructor(exit: StepExit) {
    this.exit = Promise.resolve(exit);
  }

  signal(): void {}

  async captureSystem(): Promise<undefined> {}

  async release(): Promise<void> {}
}
