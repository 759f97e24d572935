import { lstatSync, readdirSync, rmSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Changes, FrozenSource, Layers, Sandbox, Source, WorkspaceSpec, Workspaces } from "@fresco/ports";
import type { Sabotage } from "./sabotage.ts";

/** Workspaces, layers and views that are not what they should be. */
export const contentSabotages: readonly Sabotage[] = [
  {
    name: "deletions are lost",
    emphasis: { operations: ["remove"] },
    wrap: (ports) => ({ ...ports, ...withoutDeletions(ports.workspaces, ports.layers) }),
  },
  {
    name: "the lowest workspace layer is left out",
    emphasis: {},
    wrap: (ports) => ({ ...ports, workspaces: preparing(ports.workspaces, (spec) => ({ ...spec, layers: spec.layers.slice(1) })) }),
  },
  {
    name: "the topmost workspace layer is left out",
    emphasis: {},
    wrap: (ports) => ({ ...ports, workspaces: preparing(ports.workspaces, (spec) => ({ ...spec, layers: spec.layers.slice(0, -1) })) }),
  },
  {
    name: "the topmost system layer is left out",
    needsSystem: true,
    emphasis: { operations: ["home"] },
    wrap: (ports) => ({ ...ports, sandbox: withoutTopmostSystem(ports.sandbox) }),
  },
  {
    name: "the first run's source is shown for ever",
    emphasis: { edits: ["source"] },
    wrap: (ports) => ({ ...ports, source: stale(ports.source) }),
  },
  { name: "every step sees the whole source", emphasis: {}, wrap: (ports) => ({ ...ports, source: generous(ports.source) }) },
  {
    name: "hidden source is never noticed",
    emphasis: { edits: ["source", "shadow"] },
    wrap: (ports) => ({ ...ports, source: unaware(ports.source) }),
  },
];

function preparing(workspaces: Workspaces, alter: (spec: WorkspaceSpec) => WorkspaceSpec): Workspaces {
  return { strategy: () => workspaces.strategy(), prepare: (spec) => workspaces.prepare(alter(spec)) };
}

/** Before a capture, what was deleted is put back. */
function withoutDeletions(workspaces: Workspaces, layers: Layers): { readonly workspaces: Workspaces; readonly layers: Layers } {
  return {
    workspaces: {
      strategy: () => workspaces.strategy(),
      prepare: async (spec) => {
        const workspace = await workspaces.prepare(spec);
        if (workspace.changes.type === "directory") execFileSync("cp", ["-a", workspace.changes.path, copyOf(workspace.changes.path)]);
        return workspace;
      },
    },
    layers: {
      capture: async (changes, into) => {
        for (const change of changes) restore(change.changes);
        return layers.capture(changes, into);
      },
      manifest: (layer) => layers.manifest(layer),
      verify: (layer) => layers.verify(layer),
      apply: (layer, directory) => layers.apply(layer, directory),
      sync: (captured) => layers.sync(captured),
    },
  };
}

function copyOf(path: string): string {
  return `${path}.before`;
}

function restore(changes: Changes): void {
  if (changes.type === "overlay") return removeWhiteouts(changes.upper);
  // `-n` leaves what is there; it complains where a file has become a directory.
  try {
    execFileSync("cp", ["-an", `${copyOf(changes.path)}/.`, changes.path], { stdio: "ignore" });
  } catch {
    return;
  } finally {
    rmSync(copyOf(changes.path), { recursive: true, force: true });
  }
}

function removeWhiteouts(directory: string): void {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) removeWhiteouts(path);
    else if (stat?.isCharacterDevice() && stat.rdev === 0) rmSync(path);
  }
}

function withoutTopmostSystem(sandbox: Sandbox): Sandbox {
  return {
    kind: sandbox.kind,
    capabilities: sandbox.capabilities,
    identify: (base, toolchains) => sandbox.identify(base, toolchains),
    start: (request) => sandbox.start({ ...request, system: request.system.slice(0, -1) }),
    reclaim: (left) => sandbox.reclaim(left),
    discard: (directories) => sandbox.discard(directories),
  };
}

function stale(source: Source): Source {
  let first: FrozenSource | undefined;
  return {
    open: (tree) => source.open(tree),
    freeze: async () => {
      const frozen = await source.freeze();
      first ??= frozen;
      const shown = first;
      return { ...delegated(frozen), materialise: (view, owner) => (view === "everything" ? shown : frozen).materialise(view, owner) };
    },
  };
}

function generous(source: Source): Source {
  return {
    open: (tree) => source.open(tree),
    freeze: async () => {
      const frozen = await source.freeze();
      return { ...delegated(frozen), materialise: (_, owner) => frozen.materialise("everything", owner) };
    },
  };
}

function unaware(source: Source): Source {
  return { open: (tree) => source.open(tree), freeze: async () => ({ ...delegated(await source.freeze()), has: () => undefined }) };
}

function delegated(frozen: FrozenSource): FrozenSource {
  return {
    tree: frozen.tree,
    kept: frozen.kept,
    entries: () => frozen.entries(),
    view: (globs) => frozen.view(globs),
    has: (path) => frozen.has(path),
    ignoredMatches: (pattern) => frozen.ignoredMatches(pattern),
    read: (entry) => frozen.read(entry),
    materialise: (view, owner) => frozen.materialise(view, owner),
    repository: (directory) => frozen.repository(directory),
  };
}
