import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type {
  BaseIdentity,
  CapturedLayer,
  LeftStep,
  RunningStep,
  Sandbox,
  SandboxCapabilities,
  StepExit,
  StepRequest,
} from "@fresco/ports";
import { PlainSandbox } from "@fresco/ports-testing";

/** A command that a test leads by the hand: it starts, and does nothing by itself. */
export const HELD = "held";

/** A step that the test holds by a string. */
export class HeldStep implements RunningStep {
  readonly request: StepRequest;
  readonly left: LeftStep = { process: undefined, token: "held" };
  readonly signals: string[] = [];
  readonly exit: Promise<StepExit>;
  readonly #exit: (exit: StepExit) => void;
  /** How it takes TERM. @default it ends by it */
  stubborn = false;

  constructor(request: StepRequest) {
    this.request = request;
    const { promise, resolve } = Promise.withResolvers<StepExit>();
    this.exit = promise;
    this.#exit = resolve;
  }

  async say(text: string | Uint8Array, stream: "stdout" | "stderr" = "stdout"): Promise<void> {
    await this.request.output(stream, Buffer.from(text));
  }

  async write(path: string, content: string): Promise<void> {
    const { workspace } = this.request;
    if (workspace.type === "directory") await writeFile(join(workspace.path, path), content);
  }

  end(code = 0): void {
    this.#exit({ type: "exited", code });
  }

  signal(signal: "TERM" | "INT" | "HUP" | "KILL"): void {
    this.signals.push(signal);
    if (signal === "KILL" || !this.stubborn) this.#exit({ type: "signalled", signal: `SIG${signal}` });
  }

  async captureSystem(): Promise<undefined> {}

  async release(): Promise<void> {
    await this.exit;
  }
}

/** Runs commands with `sh`, but holds those that are {@link HELD}. Says of itself what a test wants. */
export class TestSandbox implements Sandbox {
  readonly kind: string;
  readonly capabilities: SandboxCapabilities;
  /** What the base is; a test may change it. */
  identity = "base-1";
  /** Called before each start. */
  beforeStart: (request: StepRequest) => void | Promise<void> = () => undefined;
  /** Called for each hit with a system layer: is that still there? */
  holdsLayer: () => boolean = () => true;
  /** Called when a step's system is captured. */
  capture: (request: StepRequest, into: { readonly id: string; readonly path: string }) => Promise<CapturedLayer | undefined> = async () =>
    undefined;
  /** Requests of all steps that were started, in order. */
  readonly requests: StepRequest[] = [];
  readonly #plain = new PlainSandbox();
  readonly #held = new Map<string, PromiseWithResolvers<HeldStep>>();

  constructor(kind = "test", capabilities: Partial<SandboxCapabilities> = {}) {
    this.kind = kind;
    this.capabilities = { ...this.#plain.capabilities, system: "layered", workspacePath: "/workspace", ...capabilities };
  }

  /** Ids of the steps that were started, in order. */
  get started(): readonly string[] {
    return this.requests.map(({ job }) => job);
  }

  /** Resolves when this step's held command was started. */
  held(job: string): Promise<HeldStep> {
    return this.#slot(job).promise;
  }

  /** The next {@link TestSandbox.held} waits for another start. */
  forget(job: string): void {
    this.#held.delete(job);
  }

  async identify(): Promise<BaseIdentity> {
    return { identity: this.identity, inherited: {}, mounts: [] };
  }

  async start(request: StepRequest): Promise<RunningStep> {
    await this.beforeStart(request);
    this.requests.push(request);
    if (request.command !== HELD) {
      const step = await this.#plain.start(request);
      return { ...step, captureSystem: (into) => this.capture(request, into) };
    }
    const step = new HeldStep(request);
    this.#slot(request.job).resolve(step);
    return step;
  }

  async holds(): Promise<boolean> {
    return this.holdsLayer();
  }

  async reclaim(left: LeftStep): Promise<void> {
    await this.#plain.reclaim(left);
  }

  async discard(directories: readonly string[]): Promise<void> {
    await this.#plain.discard(directories);
  }

  #slot(job: string): PromiseWithResolvers<HeldStep> {
    const slot = this.#held.get(job) ?? Promise.withResolvers<HeldStep>();
    this.#held.set(job, slot);
    return slot;
  }
}
