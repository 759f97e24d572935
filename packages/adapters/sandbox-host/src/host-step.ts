import { spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import type { LeftStep, OutputPipe, Processes, RunningStep, StepExit, StepRequest } from "@fresco/ports";
import { killAll, signalOne } from "./kill.ts";
import { survivors } from "./survivors.ts";

/** How long output is waited for that only a process beyond reach can still write. */
const LATE_OUTPUT_MS = 2_000;

/** What to start. */
export interface HostCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly marker: string;
}

/** A step among the host's processes. */
export class HostStep implements RunningStep {
  readonly left: LeftStep;
  readonly exit: Promise<StepExit>;
  readonly #marker: string;
  readonly #pid: number | undefined;
  readonly #cleanUp: () => void;
  #ended = false;

  constructor(
    command: HostCommand,
    pipes: readonly [OutputPipe, OutputPipe],
    output: StepRequest["output"],
    parts: { readonly processes: Processes; readonly cleanUp: () => void },
  ) {
    const [stdout, stderr] = pipes;
    const child = spawn(command.program, [...command.args], {
      cwd: command.cwd,
      env: { ...command.env },
      detached: true,
      stdio: ["ignore", stdout.writeEnd, stderr.writeEnd],
    });
    this.#marker = command.marker;
    this.#pid = child.pid;
    this.#cleanUp = parts.cleanUp;
    this.left = { process: child.pid === undefined ? undefined : parts.processes.identify(child.pid), token: command.marker };
    const drained = Promise.allSettled([
      stdout.drain((chunk) => output("stdout", chunk)),
      stderr.drain((chunk) => output("stderr", chunk)),
    ]);
    const ended = new Promise<StepExit>((resolve) => {
      child.once("error", (error) =>
        resolve({ type: "unstarted", code: "sandbox.setup", text: `The command could not be started: ${error.message}` }),
      );
      child.once("exit", (code, signal) => resolve(outcome(code, signal)));
    });
    this.exit = ended.then((exit) => this.#finish(exit, drained, pipes));
  }

  signal(signal: "TERM" | "INT" | "HUP" | "KILL"): void {
    const pid = this.#pid;
    if (this.#ended || pid === undefined) return;
    signalOne(-pid, `SIG${signal}`);
    void survivors(this.#marker, undefined).then((strays) => {
      // The group has it already, and a second one would make some programs give up their orderly end.
      if (!this.#ended) for (const stray of strays.filter(({ group }) => group !== pid)) signalOne(stray.pid, `SIG${signal}`);
    });
  }

  async captureSystem(): Promise<undefined> {
    return undefined;
  }

  async release(): Promise<void> {
    await this.exit;
    this.#cleanUp();
  }

  async #finish(exit: StepExit, drained: Promise<readonly PromiseSettledResult<void>[]>, pipes: readonly OutputPipe[]): Promise<StepExit> {
    this.#ended = true;
    const gone = await killAll(this.#marker, this.#pid);
    const late = new AbortController();
    const deliveries = await Promise.race([drained, delay(LATE_OUTPUT_MS, undefined, { signal: late.signal }).catch(() => undefined)]);
    late.abort();
    if (deliveries === undefined) for (const pipe of pipes) pipe.discard();
    const failed = deliveries?.find((delivery) => delivery.status === "rejected");
    if (failed !== undefined) return { type: "lost", text: `Its output could not be kept: ${String(failed.reason)}` };
    return gone ? exit : { type: "lost", text: "A process of the step does not end although it was killed." };
  }
}

function outcome(code: number | null, signal: string | null): StepExit {
  if (code !== null) return { type: "exited", code };
  return signal === null ? { type: "lost", text: "It ended without an exit code." } : { type: "signalled", signal };
}
