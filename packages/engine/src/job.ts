import { DEFAULT_GRACE, type Reason } from "@fresco/lifecycle";
import { displayPath, type BytePath, type IR, type IRStep } from "@fresco/pipeline";
import type { Entry, LogWriter, MaterialisedView, RunningStep } from "@fresco/ports";
import { CLAIM_PATIENCE, claimKey } from "./claims.ts";
import type { Committer } from "./committer.ts";
import type { EnginePorts } from "./api.ts";
import { explainFailure } from "./failure.ts";
import { Execution, type ExecutionOutcome, judgeExit } from "./execution.ts";
import type { LayerNames } from "./layer-names.ts";
import { logName } from "./log-name.ts";
import { type Described, describe, find, hiddenBy, type LookupContext, uncacheable } from "./lookup.ts";
import { captureLayers, type StepLayers } from "./step-layers.ts";
import { conflictBeneath } from "./writers-conflict.ts";

export interface JobContext extends LookupContext {
  readonly ports: EnginePorts;
  readonly ir: IR;
  readonly run: string;
  readonly project: string;
  /** The owner's directory, for everything that goes with the run. */
  readonly directory: string;
  readonly names: LayerNames;
  readonly committer: Committer;
  readonly secrets: readonly string[];
  readonly exports: ReadonlySet<string>;
  readonly readCache: boolean;
  readonly materialise: (step: IRStep) => Promise<MaterialisedView>;
  /** Work that no other step waits for; the run is over when it is done. */
  readonly afterwards: (work: Promise<unknown>) => void;
  readonly notice: (notice: { readonly code: string; readonly text: string; readonly job?: string; readonly hint?: string }) => void;
  /** Numbers for directories of this owner. */
  readonly number: () => number;
}

export type LookedUp =
  | { readonly type: "hit"; readonly entry: Entry }
  /** `described`: it has a key, so its result will be stored. */
  | { readonly type: "miss"; readonly described: Described | undefined }
  | { readonly type: "failed"; readonly reason: Reason };

export interface Finished {
  readonly status: "passed" | "failed" | "timed-out" | "cancelled" | "cached";
  readonly exitCode: number | null;
  readonly reason?: Reason;
  readonly log?: string;
}

export interface JobObserver {
  /** The attempt's command runs. `log` can be read. */
  readonly onStarted: (job: Job, log: LogWriter) => void;
  readonly onOutput: (job: Job) => void;
  readonly onStopping: (job: Job, because: Reason) => void;
}

/** One step's execution within a run: looked up first, executed if need be, captured and stored. */
export class Job {
  readonly step: IRStep;
  readonly attempt = 1;
  readonly #context: JobContext;
  readonly #observer: JobObserver;
  #execution: Execution | undefined;
  /** As it was looked up, so it is looked up again once its key was claimed. */
  #readCache = true;
  #followed = false;
  #kept: Promise<unknown> = Promise.resolve();
  #stop: { readonly because: Reason; readonly insist: boolean } | undefined;

  constructor(step: IRStep, context: JobContext, observer: JobObserver) {
    this.step = step;
    this.#context = context;
    this.#observer = observer;
  }

  /** Law 6: whatever cannot be told is a miss. */
  async lookUp(readCache: boolean): Promise<LookedUp> {
    this.#readCache = readCache;
    const { step } = this;
    const context = this.#context;
    const conflict = await conflictBeneath(step, context);
    if (conflict !== undefined) return { type: "failed", reason: conflict };
    if (uncacheable(step, context.ir, context.bases.capabilitiesOf(step)) !== undefined) return { type: "miss", described: undefined };
    const described = await describe(step, context);
    await context.ports.store.entries.describe(context.run, step.id, described.key, described.sealed);
    if (readCache) {
      const found = await find(step, described, context);
      if (found.type === "hit") {
        context.results.set(step.id, found.entry);
        return found;
      }
      if (found.type === "conflict") return { type: "failed", reason: hidingReason(found.paths) };
    }
    return { type: "miss", described };
  }

  /**
   * Runs the command; for a step with a key only if no other owner is about to give its result.
   * @param followed Are there steps that have not begun?
   */
  async execute(described: Described | undefined, followed: boolean): Promise<Finished> {
    this.#followed = followed;
    if (described === undefined) return this.#compute(undefined);
    const context = this.#context;
    const claim = await claimKey(context.ports.store.entries, context.ports.clock, {
      key: described.key,
      owner: context.owner,
      patience: CLAIM_PATIENCE,
      read: this.#readCache,
      lookUp: async () => {
        const found = await find(this.step, described, context);
        return found.type === "hit" ? found.entry : undefined;
      },
      onWaiting: (holder) => {
        const run = holder.run === undefined ? "another run" : `run ${holder.run}`;
        context.notice({ code: "cache.waiting", job: this.step.id, text: `waiting for ${run}, which computes the same step` });
      },
      stopped: () => this.#stop !== undefined,
    });
    switch (claim.type) {
      case "arrived":
        this.#context.results.set(this.step.id, claim.hit);
        return { status: "cached", exitCode: 0, log: claim.hit.log };
      case "stopped":
        return this.#stopped();
      case "claimed":
        return this.#compute(described);
      case "impatient":
        context.notice({
          code: "cache.impatient",
          job: this.step.id,
          text: "another run takes too long to compute the same step; computed here too, and not stored",
        });
        return this.#compute(undefined);
    }
  }

  /** Asks the running command to stop (`insist`: kills it). Has an effect on a job that has not started its command too. */
  stop(because: Reason, insist: boolean): void {
    this.#stop = { because: this.#stop?.because ?? because, insist };
    this.#execution?.stop(because, insist);
  }

  #stopped(): Finished {
    return { status: "cancelled", exitCode: null, ...(this.#stop === undefined ? {} : { reason: this.#stop.because }) };
  }

  async #compute(described: Described | undefined): Promise<Finished> {
    const { ports, run, owner } = this.#context;
    const startedAt = ports.clock.now();
    const name = logName(run, this.#context.ir.steps.indexOf(this.step), this.attempt);
    // The row first: a log that no row names would never be found again.
    await ports.store.runs.logged(run, this.step.id, this.attempt, name);
    const log = await ports.logs.create(name);
    let stored = false;
    try {
      if (this.#stop !== undefined) return this.#stopped();
      const outcome = await this.#run(log);
      if (outcome === undefined) return this.#stopped();
      try {
        const finished = await this.#finish(outcome, log, described, startedAt);
        stored = finished.status === "passed";
        return { ...finished, log: log.id };
      } finally {
        // Nothing is let go of while something is still kept of it.
        const released = this.#kept.catch(() => undefined).then(() => Promise.all([outcome.step.release(), outcome.workspace.release()]));
        this.#context.afterwards(released);
      }
    } finally {
      if (!stored && described !== undefined) await ports.store.entries.unclaim(described.key, owner);
      if (!stored) await log.close();
    }
  }

  async #run(log: LogWriter): Promise<ExecutionOutcome | undefined> {
    const { step } = this;
    const context = this.#context;
    const { ports } = context;
    const sandbox = context.bases.sandboxOf(step);
    const scratch = `${context.directory}/${context.number()}`;
    const { base } = await context.bases.of(step);
    const git = step.git ? await context.source.repository(`${scratch}/git`) : undefined;
    const capabilities = context.bases.capabilitiesOf(step);
    const form = capabilities.workspace[0] === "overlay" && (await ports.workspaces.strategy()).overlay ? "overlay" : "directory";
    const execution = new Execution(
      { ...ports, sandbox },
      {
        view: () => context.materialise(step),
        workspace: {
          layers: context.results.workspace(step.id),
          scratch: `${scratch}/w`,
          form:
            form === "overlay"
              ? { type: "overlay" }
              : { type: "directory", path: capabilities.workspacePath === undefined ? context.stableWorkspace : `${scratch}/d` },
        },
        step: {
          owner: context.owner,
          run: context.run,
          job: step.id,
          attempt: this.attempt,
          base,
          toolchains: context.ir.toolchains,
          system: context.results.system(step.id),
          command: step.command,
          shell: step.shell,
          cwd: step.cwd,
          env: context.environment.get(step.id)?.complete ?? {},
          ...(step.user === undefined ? {} : { user: step.user }),
          ...(step.network === undefined ? {} : { network: step.network }),
          ...(step.resources === undefined ? {} : { resources: step.resources }),
          scratch: `${scratch}/s`,
          shared: `${context.directory}/shared`,
          followed: this.#followed,
          ...(git === undefined ? {} : { git }),
        },
        log,
        secrets: context.secrets,
        grace: step.grace ?? DEFAULT_GRACE,
        onOutput: () => this.#observer.onOutput(this),
        onStarted: (running) => this.#started(running, log),
        onStopping: (because) => this.#observer.onStopping(this, because),
      },
    );
    this.#execution = execution;
    if (this.#stop !== undefined) execution.stop(this.#stop.because, this.#stop.insist);
    return execution.run();
  }

  async #started(running: RunningStep, log: LogWriter): Promise<void> {
    const { ports, run, bases } = this.#context;
    const sandbox = bases.sandboxOf(this.step);
    this.#observer.onStarted(this, log);
    await ports.store.runs.started(run, this.step.id, this.attempt, sandbox.kind, running.left);
  }

  async #finish(outcome: ExecutionOutcome, log: LogWriter, described: Described | undefined, startedAt: number): Promise<Finished> {
    const judged = judgeExit(outcome.exit, outcome.stopping);
    if (judged.status !== "passed") {
      if (judged.status === "failed") await explainFailure(this.step, judged.exitCode, log, this.#context);
      return judged;
    }
    const layers = await captureLayers(this.step, outcome, described !== undefined, this.#context);
    const { workspace } = layers;
    this.#kept = layers.stored;
    const hidden = workspace === undefined ? [] : await hiddenBy(this.step, workspace, this.#context);
    if (hidden.length > 0) return { status: "failed", exitCode: 0, reason: hidingReason(hidden) };
    this.#context.results.set(this.step.id, layers);
    await log.flush();
    const closed = log.close({ durable: described !== undefined });
    if (described === undefined) await closed;
    else await this.#store(described, layers, log, closed, startedAt);
    return judged;
  }

  async #store(
    described: Described,
    { workspace, stored }: StepLayers,
    log: LogWriter,
    closed: Promise<void>,
    startedAt: number,
  ): Promise<void> {
    const { ports, run, project, ir, bases } = this.#context;
    const { identity, again } = await bases.of(this.step);
    const now = ports.clock.now();
    this.#context.committer.add({
      entry: {
        key: described.key,
        fields: described.sealed,
        project,
        pipeline: ir.pipeline,
        step: this.step.id,
        run,
        createdAt: now,
        durationMs: now - startedAt,
        workspace,
        log: log.id,
      },
      system: stored,
      base: { identity: identity.identity, again },
      log: closed,
    });
  }
}

function hidingReason(paths: readonly BytePath[]): Reason {
  const shown = paths.slice(0, 5).map(displayPath).join(", ") + (paths.length > 5 ? ` and ${paths.length - 5} more` : "");
  const first = paths.slice(0, 1).map(displayPath).join("");
  return {
    type: "violation",
    code: "layer.hides-source",
    text: `wrote ${shown}, which the source has and the step's view lacks; its layer would hide the source from the steps above it`,
    hint: `let the step see it with cache: onChange("${first}", …), or say that writing it is meant: outputs: ["${first}", …]`,
  };
}
