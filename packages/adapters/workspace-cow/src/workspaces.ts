import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { LayerEntry } from "@fresco/cache-keys";
import type { LayerRef, Layers, StackedLayer, Workspace, Workspaces, WorkspaceSpec, WorkspaceStrategy } from "@fresco/ports";
import { fillDirectory } from "./directory-fill.ts";
import { treeOf } from "./layer-files.ts";
import { detectStrategy } from "./strategy.ts";

/** Stacks views and layers: as a description of an overlay mount, or as copies in a directory. */
export class CowWorkspaces implements Workspaces {
  readonly #layers: Layers;
  readonly #state: string;
  readonly #manifests = new Map<string, Promise<readonly LayerEntry[]>>();
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
    const stack = await this.#stack(spec.layers);
    return spec.form.type === "overlay" ? this.#overlay(spec, stack) : this.#directory(spec, spec.form.path, stack);
  }

  async #stack(layers: readonly StackedLayer[]): Promise<readonly { readonly layer: LayerRef; readonly entries: readonly LayerEntry[] }[]> {
    return Promise.all(layers.map(async ({ layer }) => ({ layer, entries: await this.#manifest(layer) })));
  }

  #manifest(layer: LayerRef): Promise<readonly LayerEntry[]> {
    let manifest = this.#manifests.get(layer.id);
    if (manifest === undefined) {
      manifest = this.#layers.manifest(layer);
      this.#manifests.set(layer.id, manifest);
    }
    return manifest;
  }

  #overlay(spec: WorkspaceSpec, stack: readonly { readonly layer: LayerRef }[]): Workspace {
    const lower = [...stack.map(({ layer }) => treeOf(layer)).reverse(), ...spec.view.lower];
    if (lower.length === 0) lower.push(fresh(spec.scratch, "empty"));
    const upper = fresh(spec.scratch, "upper");
    const work = fresh(spec.scratch, "work");
    return { description: { type: "overlay", lower, upper, work }, changes: { type: "overlay", upper, lower }, release };
  }

  async #directory(spec: WorkspaceSpec, path: string, stack: readonly { readonly layer: LayerRef; readonly entries: readonly LayerEntry[] }[]): Promise<Workspace> {
    const baseline = await fillDirectory(
      Buffer.from(path),
      spec.view.lower.map((directory) => Buffer.from(directory)),
      stack.map(({ layer, entries }) => ({ tree: Buffer.from(treeOf(layer)), entries })),
    );
    return { description: { type: "directory", path }, changes: { type: "directory", path, baseline }, release };
  }
}

async function release(): Promise<void> {}

/** A new directory with the mode that the workspace's root shows, whatever the umask. The scratch directory above it is private. */
function fresh(scratch: string, name: string): string {
  const path = join(scratch, name);
  mkdirSync(path);
  chmodSync(path, 0o755);
  return path;
}
