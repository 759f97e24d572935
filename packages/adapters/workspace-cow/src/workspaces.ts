import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { conflictingPath, unrelatedPairs } from "@fresco/cache-keys";
import { type BytePath, displayPath } from "@fresco/pipeline";
import {
  FrescoError,
  type LayerRef,
  type Layers,
  type StackedLayer,
  type Workspace,
  type Workspaces,
  type WorkspaceSpec,
  type WorkspaceStrategy,
} from "@fresco/ports";
import { fillDirectory } from "./directory-fill.ts";
import { fixUp } from "./fix-up.ts";
import { flatten, flattenedGroups, MOST_LAYERS } from "./flatten.ts";
import { treeOf } from "./layer-files.ts";
import { clearWork } from "./overlay-work.ts";
import { type Stacked, stacked } from "./stacked.ts";
import { detectStrategy } from "./strategy.ts";

/** Mount options are cut off silently at a page (4,095 bytes); what the sandbox adds to the lower directories needs a share of it. */
const LONGEST_LOWER = 3_000;

/** Manifests of layers never change, and every step above a layer asks for it again. */
const REMEMBERED_LAYERS = 512;

/** Stacks views and layers: as a description of an overlay mount, or as copies in a directory. */
export class CowWorkspaces implements Workspaces {
  readonly #layers: Layers;
  readonly #state: string;
  readonly #known = new Map<string, Promise<Stacked>>();
  #strategy: Promise<WorkspaceStrategy> | undefined;

  /** `state`: a private directory on the volume that holds layers and workspaces; what was found out about the volume is kept in it. */
  constructor(options: { readonly layers: Layers; readonly state: string }) {
    this.#layers = options.layers;
    this.#state = options.state;
  }

  strategy(): Promise<WorkspaceStrategy> {
    this.#strategy ??= detectStrategy(this.#state);
    return this.#strategy;
  }

  async prepare(spec: WorkspaceSpec): Promise<Workspace> {
    const layers = [...new Map(spec.layers.map((layer) => [layer.layer.id, layer])).values()];
    const stack = await Promise.all(layers.map(({ layer }) => this.#stacked(layer)));
    refuseConflicts(layers, stack);
    mkdirSync(spec.scratch, { recursive: true, mode: 0o700 });
    const filled = stack.filter(({ entries }) => entries.length > 0);
    return spec.form.type === "overlay" ? prepareOverlay(spec, filled) : prepareDirectory(spec, spec.form.path, filled);
  }

  #stacked(layer: LayerRef): Promise<Stacked> {
    const known = this.#known.get(layer.id);
    if (known !== undefined) return known;
    const read = this.#layers.manifest(layer).then((entries) => stacked(layer.id, treeOf(layer), entries));
    this.#known.set(layer.id, read);
    // A layer that cannot be read now may be whole again later.
    read.catch(() => this.#known.delete(layer.id));
    const [oldest] = this.#known.keys();
    if (this.#known.size > REMEMBERED_LAYERS && oldest !== undefined) this.#known.delete(oldest);
    return read;
  }
}

function refuseConflicts(layers: readonly StackedLayer[], stack: readonly Stacked[]): void {
  for (const [below, above] of unrelatedPairs(layers)) {
    const path = conflictingPath(stack[below]?.entries ?? [], stack[above]?.entries ?? []);
    if (path === undefined) continue;
    const steps = `"${layers[below]?.step}" and "${layers[above]?.step}"`;
    throw new FrescoError("workspace.conflict", `The steps ${steps} both write ${displayPath(path)}, and neither stands on the other.`, {
      hint: `Let one of the two be built on the other, or leave the path out of the outputs of one.`,
      kind: "input",
    });
  }
}

async function prepareOverlay(spec: WorkspaceSpec, layers: readonly Stacked[]): Promise<Workspace> {
  const lower = await lowerDirectories(spec, layers);
  if (lower.length === 0) lower.push(fresh(spec.scratch, "empty"));
  const upper = fresh(spec.scratch, "upper");
  const work = fresh(spec.scratch, "work");
  return {
    description: { type: "overlay", lower, upper, work },
    changes: { type: "overlay", upper, lower },
    release: () => clearWork(work),
  };
}

/** Topmost first. */
async function lowerDirectories(spec: WorkspaceSpec, layers: readonly Stacked[]): Promise<string[]> {
  const lower = [...spec.view.lower];
  const listed = new Set<BytePath>();
  for (const [index, layer] of (await flattenLong(spec, layers)).entries()) {
    const beneath = lower.map((path) => Buffer.from(path));
    const fix = await fixUp(layer, beneath, listed, join(spec.scratch, `fix-${index}`));
    lower.unshift(...(fix === undefined ? [] : [fix]), layer.tree);
    for (const path of layer.directories) listed.add(path);
  }
  return lower;
}

/** Merges the bottom layers of a stack that is too long for a mount. */
async function flattenLong(spec: WorkspaceSpec, layers: readonly Stacked[]): Promise<readonly Stacked[]> {
  const length = [...spec.view.lower, ...layers.map(({ tree }) => tree)].reduce((sum, path) => sum + path.length + 1, 0);
  const groups = flattenedGroups(layers.length, length > LONGEST_LOWER ? 1 : MOST_LAYERS);
  return Promise.all(
    groups.map(async (group, index) => {
      const members = group.flatMap((position) => layers[position] ?? []);
      const [only] = members;
      if (members.length === 1 && only !== undefined) return only;
      return flatten(`flat-${index}`, members, join(spec.scratch, `flat-${index}`));
    }),
  );
}

async function prepareDirectory(spec: WorkspaceSpec, path: string, layers: readonly Stacked[]): Promise<Workspace> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (!existsSync(path)) makeRoot(path);
  const baseline = await fillDirectory(
    Buffer.from(path),
    spec.view.lower.map((directory) => Buffer.from(directory)),
    layers.map(({ tree, entries }) => ({ tree: Buffer.from(tree), entries })),
  );
  return { description: { type: "directory", path }, changes: { type: "directory", path, baseline }, release: async () => {} };
}

/** A new directory with the mode that the workspace's root shows, whatever the umask. The scratch directory above it is private. */
function fresh(scratch: string, name: string): string {
  const path = join(scratch, name);
  makeRoot(path);
  return path;
}

function makeRoot(path: string): void {
  mkdirSync(path);
  chmodSync(path, 0o755);
}
