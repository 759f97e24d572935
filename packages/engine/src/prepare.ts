import type { IR } from "@fresco/pipeline";
import type { FrozenSource, Owner } from "@fresco/ports";
import type { EnginePorts, RunOptions, RunResult } from "./api.ts";
import { Bases } from "./bases.ts";
import { Committer, type NotStored } from "./committer.ts";
import { resolveEnvironment } from "./environment.ts";
import type { EventStream } from "./event-stream.ts";
import type { JobContext } from "./job.ts";
import { LayerNames } from "./layer-names.ts";
import { uncacheable } from "./lookup.ts";
import { missingError } from "./missing.ts";
import { Results } from "./results.ts";
import { RunLoop } from "./run.ts";
import { planningOptions, selectedSteps, selectionOf } from "./selection.ts";
import { Trees } from "./trees.ts";
import { resolveViews } from "./views.ts";

export interface PrepareRequest {
  readonly ports: EnginePorts;
  readonly ir: IR;
  readonly options: RunOptions;
  readonly source: FrozenSource;
  readonly owner: Owner;
  readonly events: EventStream;
  /** Numbers for directories of this owner, none twice. */
  readonly number: () => number;
  /** Aborted when the engine closes. */
  readonly closing: AbortSignal;
}

export interface PreparedRun {
  readonly id: string;
  execute(): Promise<RunResult>;
}

/**
 * Checks everything that can be wrong before anything runs (selection, environment, secrets, globs, base), then gives the run its row.
 * @throws FrescoError for each of these.
 */
export async function prepareRun(request: PrepareRequest): Promise<PreparedRun> {
  const { ports, ir, options, source, owner, events } = request;
  const startedAt = ports.clock.now();
  const selection = selectionOf(ir, options);
  const selected = selectedSteps(ir, selection);
  const environment = resolveEnvironment(ir, selected, { environment: options.environment ?? {}, env: options.env ?? {}, secrets: options.secrets ?? {} });
  if (environment.type === "missing") throw missingError(environment);
  const views = await resolveViews(source, selected);
  const bases = new Bases(ports.sandbox, ir);
  await Promise.all(selected.map((step) => bases.of(step)));
  const { capabilities, kind } = ports.sandbox;
  const trees = new Trees(source, views, owner.id);
  const cacheable = selected.filter((step) => uncacheable(step, ir, capabilities) === undefined).length;
  const names = new LayerNames(ports.store.directories, owner.id, Math.max(1, cacheable * (capabilities.system === "layered" ? 2 : 1)));
  const project = options.project ?? "";
  const { id } = await ports.store.runs.create({
    owner: owner.id,
    project,
    ir,
    tree: source.tree,
    startedAt,
    jobs: ir.steps.map((step) => ({ step: step.id, label: step.label })),
  });
  const committer = new Committer({ layers: ports.layers, entries: ports.store.entries }, owner.id, (outcome) => loop.notice(notStoredNotice(outcome)));
  const context = (notice: JobContext["notice"]): JobContext => ({
    ports,
    ir,
    run: id,
    project,
    source,
    sandbox: { kind, capabilities, workspacePath: capabilities.workspacePath ?? options.workspacePath ?? `${owner.directory}/workspace` },
    bases,
    views,
    environment: environment.steps,
    results: new Results(ir),
    entries: ports.store.entries,
    layers: ports.layers,
    seal: (value) => ports.store.seal(value),
    owner: owner.id,
    now: startedAt,
    directory: owner.directory,
    names,
    committer,
    secrets: Object.values(options.secrets ?? {}),
    exports: new Set(options.exports),
    readCache: options.readCache ?? true,
    materialise: (step) => trees.of(step),
    notice,
    number: request.number,
  });
  const loop = new RunLoop({ ports, ir, id, tree: source.tree, startedAt, planning: planningOptions(selection, options, capabilities, startedAt), events, context });
  return { id, execute: () => execute(request, loop, { committer, names, trees }) };
}

async function execute(
  { ports, options, source, closing }: PrepareRequest,
  loop: RunLoop,
  { committer, names, trees }: { readonly committer: Committer; readonly names: LayerNames; readonly trees: Trees },
): Promise<RunResult> {
  const stopListening = listen(loop, options, closing);
  for (const text of ports.sandbox.capabilities.notices) loop.notice({ code: "sandbox.capability", text });
  try {
    return await loop.run(async () => {
      await committer.done();
      // A stored run's tree must be whole before the run is said to be over: the user may collect garbage the next moment.
      await source.kept.catch((error: unknown) => {
        loop.notice({ code: "source.not-kept", text: `the source of this run could not be kept for later: ${error instanceof Error ? error.message : String(error)}` });
      });
    });
  } finally {
    stopListening();
    await committer.done();
    await trees.release();
    const leftovers = names.leftovers(committer.stored);
    await ports.sandbox.discard(leftovers.flatMap(({ made, path }) => (made ? [path] : [])));
    await ports.store.directories.forget(leftovers.map(({ id }) => id));
  }
}

/** Interrupts reach the planner; an interrupt that came before is obeyed at once. */
function listen(loop: RunLoop, { signal, kill }: RunOptions, closing: AbortSignal): () => void {
  const listeners = [
    { source: signal, insist: false },
    { source: kill, insist: true },
    { source: closing, insist: true },
  ].flatMap(({ source, insist }) => (source === undefined ? [] : [{ source, listener: () => loop.interrupt(insist) }]));
  for (const { source, listener } of listeners) {
    if (source.aborted) queueMicrotask(listener);
    else source.addEventListener("abort", listener, { once: true });
  }
  return () => {
    for (const { source, listener } of listeners) source.removeEventListener("abort", listener);
  };
}

function notStoredNotice(outcome: NotStored): { code: string; text: string; hint?: string } {
  const steps = outcome.steps.join(", ");
  switch (outcome.type) {
    case "base-changed":
      return { code: "cache.base-changed", text: `not stored: ${steps}; the base changed while they ran, so their keys no longer say what they saw` };
    case "error": {
      const cause = outcome.cause instanceof Error ? outcome.cause.message : String(outcome.cause);
      return { code: "cache.not-stored", text: `not stored: ${steps}; ${cause}` };
    }
  }
}
