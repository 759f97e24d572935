import { hiddenSource, judge, type KeyFields, keyOf, mayHideSource, redact } from "@fresco/cache-keys";
import type { BytePath, IR, IRStep } from "@fresco/pipeline";
import type { CapturedLayer, Entry, EntryStore, FrozenSource, LayerRef, Layers, Sandbox, SandboxCapabilities } from "@fresco/ports";
import type { Bases } from "./bases.ts";
import type { StepEnvironment } from "./environment.ts";
import type { Results } from "./results.ts";
import type { StepView } from "./views.ts";

/** Everything that decides about hits in one run. */
export interface LookupContext {
  readonly ir: IR;
  readonly source: FrozenSource;
  /** Where a sandbox without a workspace path of its own has it. */
  readonly stableWorkspace: string;
  readonly bases: Bases;
  readonly views: ReadonlyMap<string, StepView>;
  readonly environment: ReadonlyMap<string, StepEnvironment>;
  readonly results: Results;
  readonly entries: EntryStore;
  readonly layers: Layers;
  readonly seal: (value: string) => string;
  readonly owner: string;
  /** The instant at which conditions are judged: the start of the run. */
  readonly now: number;
}

export interface Described {
  readonly key: string;
  /** As they are, environment included. */
  readonly fields: KeyFields;
  /** With environment values sealed, to be stored. */
  readonly sealed: KeyFields;
}

export type Found =
  | { readonly type: "hit"; readonly entry: Entry }
  | { readonly type: "miss"; readonly why: string }
  /** It would hide source that the step does not see (law 8). */
  | { readonly type: "conflict"; readonly entry: Entry; readonly paths: readonly BytePath[] };

/** Why a step is not looked up at all; `undefined`: it is. */
export function uncacheable(step: IRStep, ir: IR, capabilities: SandboxCapabilities): string | undefined {
  if (step.cache.type === "none") return "it has no cache policy";
  if (step.git) return "it sees the repository";
  // Nothing can bring back what such a step left in the system for its children.
  if (capabilities.system === "none" && ir.steps.some((other) => other.parent === step.id)) {
    return "the sandbox keeps no system layers and other steps build on this one";
  }
  return undefined;
}

/** The key of a step whose layers beneath are all known. */
export async function describe(step: IRStep, context: LookupContext): Promise<Described> {
  const { identity } = await context.bases.of(step);
  const environment = context.environment.get(step.id);
  const view = context.views.get(step.id);
  const capabilities = context.bases.capabilitiesOf(step);
  const fields: KeyFields = {
    sandbox: {
      kind: context.bases.sandboxOf(step).kind,
      capabilities: capabilities.keyed,
      workspace: workspacePathOf(capabilities, context),
    },
    base: identity.identity,
    layers: {
      system: context.results.system(step.id).map(({ digest }) => digest),
      workspace: context.results.workspace(step.id).map(({ layer }) => layer.digest),
    },
    command: step.command,
    shell: step.shell,
    cwd: step.cwd,
    env: environment?.env ?? {},
    secrets: environment?.secrets ?? {},
    outputs: step.outputs,
    options: {
      user: step.user ?? null,
      network: step.network ?? null,
      mounts: identity.mounts,
      resources: { cpus: step.resources?.cpus ?? null, memory: step.resources?.memory ?? null },
    },
    values: policyValues(step.cache),
    inherited: identity.inherited,
    view: view?.type === "files" ? view.entries : context.source.entries(),
  };
  return { key: keyOf(fields), fields, sealed: redact(fields, context.seal) };
}

/** Looks the key up, judges the policy's conditions, and checks that the layer hides no source. */
export async function find(step: IRStep, described: Described, context: LookupContext): Promise<Found> {
  const entry = await context.entries.lookup(described.key, described.sealed, context.owner);
  if (entry === undefined) return { type: "miss", why: "no entry has its key" };
  const verdict = judge(step.cache, { createdAt: entry.createdAt }, context.now);
  if (verdict.type === "miss") return { type: "miss", why: verdict.why };
  if (entry.system !== undefined && !(await holds(context.bases.sandboxOf(step), entry.system))) {
    // Somebody removed it where it was kept. Only this very entry goes: another owner may have stored a new one by now.
    await context.entries.drop(entry);
    return { type: "miss", why: "its system layer is no longer there" };
  }
  const paths = entry.workspace === undefined ? [] : await hiddenBy(step, entry.workspace, context);
  return paths.length > 0 ? { type: "conflict", entry, paths } : { type: "hit", entry };
}

/** Where a step of this sandbox finds its workspace. */
export function workspacePathOf(
  { workspacePath }: SandboxCapabilities,
  { stableWorkspace }: Pick<LookupContext, "stableWorkspace">,
): string {
  return workspacePath ?? stableWorkspace;
}

/** Law 6: what cannot be found out is a miss. */
async function holds(sandbox: Sandbox, layer: LayerRef): Promise<boolean> {
  try {
    return (await sandbox.holds?.(layer)) ?? true;
  } catch {
    return false;
  }
}

/**
 * Paths of the source that a layer writes although its step did not see them. A path that the step declares in `outputs` is meant to be written.
 */
export async function hiddenBy(
  step: IRStep,
  layer: CapturedLayer,
  context: Pick<LookupContext, "source" | "views" | "layers">,
): Promise<readonly BytePath[]> {
  const view = context.views.get(step.id);
  if (view === undefined || view.type === "everything" || step.outputs !== null) return [];
  const has = (path: BytePath): "file" | "directory" | undefined => context.source.has(path);
  if (!mayHideSource(layer.footprint, has)) return [];
  const seen = new Set(view.entries.map(({ path }) => path));
  return hiddenSource(await context.layers.manifest(layer), {
    has,
    sees: (path) => seen.has(path),
    unseenBelow: (directory) => context.source.entries().some(({ path }) => path.startsWith(`${directory}/`) && !seen.has(path)),
  });
}

function policyValues(policy: IRStep["cache"]): string[] {
  if (policy.type === "onValue") return [policy.value];
  return policy.type === "all" ? policy.of.flatMap(policyValues).sort() : [];
}
