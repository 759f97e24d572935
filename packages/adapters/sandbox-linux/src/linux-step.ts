import { spawn } from "node:child_process";
import { rmdirSync } from "node:fs";
import type { CapturedLayer, Layers, LeftStep, Processes, RunningStep, StepExit } from "@fresco/ports";
import type { Cell } from "./cell.ts";
import type { Privilege } from "./privileges.ts";
import type { Captures } from "./stage.ts";
import { SIGNAL_ALL } from "./script.ts";
import { tools } from "./tools.ts";

type Signal = "TERM" | "INT" | "HUP" | "KILL";

interface StepParts {
  readonly processes: Processes;
  readonly layers: Layers;
  readonly privilege: Privilege;
  readonly captures: Captures;
  /** Empty directories to remove once the step has ended. */
  readonly removed: readonly string[];
  /** Called when nothing of the step runs any more. Answers whether it left the system untouched. */
  readonly onEnded: () => boolean;
}

/** A step in its namespaces. */
export class LinuxStep implements RunningStep {
  readonly left: LeftStep;
  readonly exit: Promise<StepExit>;
  /** Resolves when the command runs or never will. */
  readonly settled: Promise<void>;
  readonly #cell: Cell;
  readonly #parts: StepParts;
  #untouched = false;

  constructor(cell: Cell, parts: StepParts) {
    this.#cell = cell;
    this.#parts = parts;
    this.left = { process: cell.pid === undefined ? undefined : parts.processes.identify(cell.pid), token: "linux" };
    this.exit = cell.exit.then((exit) => {
      for (const directory of parts.removed) rmdirSync(directory);
      this.#untouched = parts.onEnded();
      return exit;
    });
    this.settled = cell.settled;
  }

  signal(signal: Signal): void {
    if (signal === "KILL") return this.#kill();
    void this.#cell.settled.then(() => this.#forward(signal));
  }

  async captureSystem(into: { readonly id: string; readonly path: string }): Promise<CapturedLayer | undefined> {
    const { captures, layers } = this.#parts;
    return captures.length === 0 || this.#untouched ? undefined : layers.capture(captures, into);
  }

  async release(): Promise<void> {
    // The mounts went with their namespace.
    await this.exit;
  }

  #kill(): void {
    if (this.left.process !== undefined) this.#parts.processes.signalGroup(this.left.process, "KILL");
  }

  /** From inside the namespace, where one call reaches every process at once and misses none that is being born. */
  #forward(signal: Exclude<Signal, "KILL">): void {
    const init = this.#cell.init;
    if (init === undefined) return;
    const { nsenter, sh } = tools();
    const user = this.#parts.privilege === "user" ? ["--user", "--preserve-credentials"] : [];
    const child = spawn(nsenter, ["--target", String(init), ...user, "--pid", sh, "-c", SIGNAL_ALL, "fresco-signal", signal], {
      stdio: "ignore",
      env: { LC_ALL: "C" },
      detached: true,
    });
    // Gone already: then there is nothing to signal.
    child.once("error", () => undefined);
  }
}

/** A step whose sandbox could not be set up. */
export class UnstartedStep implements RunningStep {
  readonly left: LeftStep = { process: undefined, token: "linux" };
  readonly exit: Promise<StepExit>;

  constructor(exit: StepExit) {
    this.exit = Promise.resolve(exit);
  }

  signal(): void {}

  async captureSystem(): Promise<undefined> {}

  async release(): Promise<void> {}
}
