import type { IR } from "@fresco/pipeline";
import type { FrozenSource, Owner, SandboxCapabilities } from "@fresco/ports";
import type { EnginePorts, RunOptions, RunResult } from "./api.ts";
import { Committer, type NotStored } from "./committer.ts";
import type { EventStream } from "./event-stream.ts";
import type { JobContext } from "./job.ts";
import { LayerNames } from "./layer-names.ts";
import { lookupContext } from "./lookup-context.ts";
import { uncacheable } from "./lookup.ts";
import { reclaim } from "./reclaim.ts";
import { RunLoop } from "./run.ts";
import { allSandboxes, discardIn } from "./sandboxes.ts";
import { planningOptions, selectedSteps, selectionOf } from "./selection.ts";
import { takeStableWorkspace } from "./stable-workspace.ts";
import { Trees } from "./trees.ts";

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

interface RunParts {
  /** What {@link JobContext.afterwards} was given. */
  readonly afterwards: readonly Promise<unknown>[];
  readonly committer: Committer;
  readonly names: LayerNames;
  readonly trees: Trees;
  /** What the sandboxes of this run can do. */
  readonly used: ReadonlySet<SandboxCapabilities>;
  readonly workspacePath: string;
}

/**
 * Checks everything that can be wrong before anything runs, then gives the run its row.
 * @throws what {@link lookupContext} throws, and `run.unknown-step`.
 */
export async function prepareRun(request: PrepareRequest): Promise<PreparedRun> {
  const { ports, ir, options, source, owner, events } = request;
  const startedAt = ports.clock.now();
  const selection = selectionOf(ir, options);
  const lookups = await lookupContext({ ports, ir, options, source, owner, selection, now: startedAt });
  const used = new Set(selectedSteps(ir, selection).map((step) => lookups.bases.capabilitiesOf(step)));
  const trees = new Trees(source, lookups.views, owner.id);
  const cacheable = ir.steps.filter(
    (step) => selection.steps.has(step.id) && uncacheable(step, ir, lookups.bases.capabilitiesOf(step)) === undefined,
  ).length;
  const names = new LayerNames(
    ports.store.directories,
    owner.id,
    Math.max(1, cacheable * ([...used].some(({ system }) => system === "layered") ? 2 : 1)),
  );
  const project = options.project ?? "";
  const { id } = await ports.store.runs.create({
    owner: owner.id,
    project,
    ir,
    tree: source.tree,
    startedAt,
    jobs: ir.steps.map((step) => ({ step: step.id, label: step.label })),
  });
  const committer = new Committer({ layers: ports.layers, entries: ports.store.entries, clock: ports.clock }, owner.id, (outcome) =>
    loop.notice(notStoredNotice(outcome)),
  );
  const afterwards: Promise<unknown>[] = [];
  const context = (notice: JobContext["notice"]): JobContext => ({
    ...lookups,
    ports,
    run: id,
    project,
    directory: owner.directory,
    names,
    committer,
    secrets: Object.values(options.secrets ?? {}),
    exports: new Set(options.exports),
    readCache: options.readCache ?? true,
    materialise: (step) => trees.of(step),
    afterwards: (work) => {
      // Whoever awaits it at the end of the run gets the error; until then it must not end the process.
      work.catch(() => undefined);
      afterwards.push(work);
    },
    notice,
    number: request.number,
  });
  const loop = new RunLoop({
    ports,
    ir,
    id,
    tree: source.tree,
    startedAt,
    planning: planningOptions(selection, options, used, startedAt),
    events,
    context,
  });
  return {
    id,
    execute: () => execute(request, loop, { afterwards, committer, names, trees, used, workspacePath: lookups.stableWorkspace }),
  };
}

async function execute(request: PrepareRequest, loop: RunLoop, parts: RunParts): Promise<RunResult> {
  const { ports, options, closing } = request;
  const { committer, names, trees } = parts;
  loop.announce();
  for (const text of [...parts.used].flatMap(({ notices }) => notices)) loop.notice({ code: "sandbox.capability", text });
  const leave = await takeWorkspace(request, loop, parts);
  const stopListening = listen(loop, options, closing);
  try {
    return await loop.run(() => settle(request.source, loop, committer));
  } finally {
    stopListening();
    await committer.done();
    await Promise.all(parts.afterwards);
    await trees.release();
    const leftovers = names.leftovers(committer.stored);
    await discardIn(
      allSandboxes(ports),
      leftovers.flatMap(({ made, path }) => (made ? [path] : [])),
    );
    await ports.store.directories.forget(leftovers.map(({ id }) => id));
    await leave();
  }
}

/** A sandbox without a workspace path of its own has one stable path per project, for one run at a time. */
async function takeWorkspace(
  { ports, options, owner }: PrepareRequest,
  loop: RunLoop,
  { used, workspacePath: path }: RunParts,
): Promise<() => Promise<void>> {
  if (![...used].some(({ workspacePath }) => workspacePath === undefined)) return async () => undefined;
  const release = await takeStableWorkspace(ports.store.entries, ports.clock, {
    path,
    owner: owner.id,
    stopped: () => options.signal?.aborted === true,
    onWaiting: ({ run }) =>
      loop.notice({
        code: "workspace.waiting",
        text: `waiting for ${run === undefined ? "another run" : `run ${run}`}, which has the project's workspace`,
      }),
  });
  // It may have been taken over from one whose steps still run there.
  const { store, clock, processes, logs } = ports;
  for (const run of await reclaim({ store, clock, processes, logs, sandboxes: async () => allSandboxes(ports) })) {
    loop.notice({ code: "run.crashed", text: `run ${run} has crashed: its process is gone, and what it left behind was removed` });
  }
  return async () => {
    if (release === undefined) return;
    await discardIn(allSandboxes(ports), [path]);
    await release();
  };
}

async function settle(source: FrozenSource, loop: RunLoop, committer: Committer): Promise<void> {
  await committer.done();
  // A stored run's tree must be whole before the run is said to be over: the user may collect garbage the next moment.
  await source.kept.catch((error: unknown) => {
    loop.notice({
      code: "source.not-kept",
      text: `the source of this run could not be kept for later: ${error instanceof Error ? error.message : String(error)}`,
    });
  });
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
      return {
        code: "cache.base-changed",
        text: `not stored: ${steps}; the base changed while they ran, so their keys no longer say what they saw`,
      };
    case "error": {
      const cause = outcome.cause instanceof Error ? outcome.cause.message : String(outcome.cause);
      return { code: "cache.not-stored", text: `not stored: ${steps}; ${cause}` };
    }
  }
}
