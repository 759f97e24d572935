import type { Reason } from "@fresco/lifecycle";
import type { Clock, Logs, LogWriter, MaterialisedView, RunningStep, Sandbox, StepExit, StepRequest, Workspace, Workspaces, WorkspaceSpec } from "@fresco/ports";
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
  /** Milliseconds. */
  readonly timeout: number | undefined;
  readonly grace: number;
  readonly onOutput: () => void;
  /** Called once the command runs, before anything is waited for. */
  readonly onStarted: (step: RunningStep) => Promise<void>;
  readonly onStopping: (because: Reason) => void;
}

/** How one attempt's command ended, and what must be given up afterwards. */
export interface ExecutionOutcome {
  readonly exit: StepExit;
  /** Why it was made to stop, if it was: the first cause. */
  readonly stopped: Reason | undefined;
  readonly step: RunningStep;
  readonly workspace: Workspace;
}

/** One attempt of a step: prepares the workspace, runs the command, holds it to its time, stops it when asked to. */
export class Execution {
  readonly #ports: ExecutionPorts;
  readonly #request: ExecutionRequest;
  #step: RunningStep | undefined;
  #stopped: Reason | undefined;
  #exited = false;
  #insist = false;
  #cancelKill: (() => void) | undefined;

  constructor(ports: ExecutionPorts, request: ExecutionRequest) {
    this.#ports = ports;
    this.#request = request;
  }

  /** @throws FrescoError when the surroundings are broken; nothing is left running then. */
  async run(): Promise<ExecutionOutcome> {
    const request = this.#request;
    const workspace = await this.#ports.workspaces.prepare({ ...request.workspace, view: await request.view() });
    const output = this.#output();
    let step: RunningStep;
    try {
      step = await this.#ports.sandbox.start({ ...request.step, workspace: workspace.description, output: output.write });
    } catch (error) {
      await workspace.release();
      throw error;
    }
    this.#step = step;
    const cancelTimeout = this.#holdToTime();
    try {
      await request.onStarted(step);
    } catch (error) {
      cancelTimeout();
      step.signal("KILL");
      await step.exit;
      await Promise.all([step.release(), workspace.release()]);
      throw error;
    }
    // Asked to stop while it was being prepared.
    if (this.#stopped !== undefined) this.#terminate();
    const exit = await step.exit;
    this.#exited = true;
    cancelTimeout();
    this.#cancelKill?.();
    await output.end();
    return { exit, stopped: this.#stopped, step, workspace };
  }

  /** TERM now and KILL after the grace; asked again with `insist`, KILL at once. The first cause is the one that is told. */
  stop(because: Reason, insist: boolean): void {
    if (this.#exited) return;
    this.#insist ||= insist;
    if (this.#stopped === undefined) {
      this.#stopped = because;
      this.#request.onStopping(because);
    } else if (!insist) {
      return;
    }
    this.#terminate();
  }

  #terminate(): void {
    const step = this.#step;
    if (step === undefined) return;
    if (this.#insist) {
      step.signal("KILL");
      return;
    }
    step.signal("TERM");
    this.#cancelKill ??= this.#ports.clock.after(this.#request.grace, () => step.signal("KILL"));
  }

  #holdToTime(): () => void {
    const { timeout } = this.#request;
    if (timeout === undefined) return () => undefined;
    return this.#ports.clock.after(timeout, () => {
      this.stop({ type: "timeout", limit: timeout, text: `took longer than its limit of ${timeout} ms` }, false);
    });
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
export function judgeExit(exit: StepExit, stopped: Reason | undefined): { status: "passed" | "failed" | "timed-out" | "cancelled"; exitCode: number | null; reason?: Reason } {
  const exitCode = exit.type === "exited" ? exit.code : null;
  if (stopped !== undefined) return { status: stopped.type === "timeout" ? "timed-out" : "cancelled", exitCode, reason: stopped };
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
