import { type Reason, requestStop, stoppedStatus, type Stopping } from "@fresco/lifecycle";
import type {
  Clock,
  Logs,
  LogWriter,
  MaterialisedView,
  RunningStep,
  Sandbox,
  StepExit,
  StepRequest,
  Workspace,
  Workspaces,
  WorkspaceSpec,
} from "@fresco/ports";
import { createMask } from "./mask.ts";

export interface ExecutionPorts {
  readonly sandbox: Sandbox;
  readonly workspaces: Workspaces;
  readonly logs: Logs;
  readonly clock: Clock;
}

export interface ExecutionRequest {
  readonly view: () => Promise<MaterialisedView>;
  readonly workspace: Omit<WorkspaceSpec, "view">;
  readonly step: Omit<StepRequest, "workspace" | "output">;
  readonly log: LogWriter;
  readonly secrets: readonly string[];
  /** Milliseconds between TERM and KILL. */
  readonly grace: number;
  readonly onOutput: () => void;
  /** Called once the command runs, before anything is waited for. */
  readonly onStarted: (step: RunningStep) => Promise<void>;
  readonly onStopping: (because: Reason) => void;
}

interface AskedStop {
  readonly because: Reason;
  readonly insist: boolean;
}

/** How one attempt's command ended, and what must be given up afterwards. */
export interface ExecutionOutcome {
  readonly exit: StepExit;
  /** `undefined`: it ended by itself. */
  readonly stopping: Stopping | undefined;
  readonly step: RunningStep;
  readonly workspace: Workspace;
}

/** One attempt of a step: prepares the workspace, runs the command, stops it when asked to. */
export class Execution {
  readonly #ports: ExecutionPorts;
  readonly #request: ExecutionRequest;
  #step: RunningStep | undefined;
  /** What was asked before there was a command to stop. */
  #asked: AskedStop | undefined;
  #stopping: Stopping | undefined;
  #exited = false;
  #cancelKill: (() => void) | undefined;

  constructor(ports: ExecutionPorts, request: ExecutionRequest) {
    this.#ports = ports;
    this.#request = request;
  }

  /** `undefined`: asked to stop before the command was started. @throws FrescoError when the surroundings are broken; nothing is left running then. */
  async run(): Promise<ExecutionOutcome | undefined> {
    const request = this.#request;
    const workspace = await this.#ports.workspaces.prepare({ ...request.workspace, view: await request.view() });
    if (this.#askedToStop() !== undefined) {
      await workspace.release();
      return undefined;
    }
    const output = this.#output();
    let step: RunningStep;
    try {
      step = await this.#ports.sandbox.start({ ...request.step, workspace: workspace.description, output: output.write });
    } catch (error) {
      await workspace.release();
      throw error;
    }
    this.#step = step;
    try {
      await request.onStarted(step);
    } catch (error) {
      step.signal("KILL");
      await step.exit;
      await Promise.all([step.release(), workspace.release()]);
      throw error;
    }
    const asked = this.#askedToStop();
    if (asked !== undefined) this.#terminate(step, asked.because, asked.insist);
    const exit = await step.exit;
    this.#exited = true;
    this.#cancelKill?.();
    await output.end();
    return { exit, stopping: this.#stopping, step, workspace };
  }

  /** TERM now and KILL after the grace; asked again with `insist`, KILL at once. The first cause is the one that is told. */
  stop(because: Reason, insist: boolean): void {
    if (this.#exited) return;
    if (this.#step === undefined)
      this.#asked = { because: this.#asked?.because ?? because, insist: insist || this.#asked?.insist === true };
    else this.#terminate(this.#step, because, insist);
  }

  /** It may be asked during every await. */
  #askedToStop(): AskedStop | undefined {
    return this.#asked;
  }

  #terminate(step: RunningStep, because: Reason, insist: boolean): void {
    const { grace, onStopping } = this.#request;
    const first = this.#stopping === undefined;
    const { stopping, signal } = requestStop(this.#stopping, { because, insist, grace, at: this.#ports.clock.now() });
    this.#stopping = stopping;
    if (first) onStopping(because);
    if (signal !== undefined) step.signal(signal);
    if (signal === "TERM") this.#cancelKill = this.#ports.clock.after(grace, () => step.signal("KILL"));
  }

  #output(): { write: StepRequest["output"]; end: () => Promise<void> } {
    const { log, secrets, onOutput } = this.#request;
    const masks = { stdout: createMask(secrets), stderr: createMask(secrets) };
    return {
      write: (stream, chunk) => {
        const mask = masks[stream];
        const written = log.write(stream, mask === undefined ? chunk : mask.write(chunk));
        onOutput();
        return written;
      },
      end: async () => {
        for (const stream of ["stdout", "stderr"] as const) {
          const rest = masks[stream]?.end();
          if (rest !== undefined && rest.length > 0) await log.write(stream, rest);
        }
        onOutput();
      },
    };
  }
}

/** What an exit means for the job. Law 6: without an exit code it failed. */
export function judgeExit(
  exit: StepExit,
  stopping: Stopping | undefined,
): { status: "passed" | "failed" | "timed-out" | "cancelled"; exitCode: number | null; reason?: Reason } {
  const exitCode = exit.type === "exited" ? exit.code : null;
  if (stopping !== undefined) return { status: stoppedStatus(stopping), exitCode, reason: stopping.because };
  switch (exit.type) {
    case "exited":
      return exit.code === 0
        ? { status: "passed", exitCode }
        : { status: "failed", exitCode, reason: { type: "exit", code: exit.code, text: `exited with code ${exit.code}` } };
    case "signalled":
      return { status: "failed", exitCode, reason: { type: "signal", signal: exit.signal, text: `was killed by ${exit.signal}` } };
    case "lost":
      return { status: "failed", exitCode, reason: { type: "lost", text: `gave no exit code: ${exit.text}` } };
    case "unstarted":
      return {
        status: "failed",
        exitCode,
        reason: { type: "error", code: exit.code, text: exit.text, ...(exit.hint === undefined ? {} : { hint: exit.hint }) },
      };
  }
}
