import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { LayerEntry } from "@fresco/cache-keys";
import { displayPath } from "@fresco/pipeline";
import {
  FrescoError,
  type Layers,
  type StackedLayer,
  type Workspace,
  type Workspaces,
  type WorkspaceSpec,
  type WorkspaceStrategy,
} from "@fresco/ports";
import { PlainBaseline } from "../layers/plain-layers.ts";
import { parentsOf } from "../layers/tree-diff.ts";

/** `Workspaces` for tests: copies the view and replays every layer on it. Takes the directory form only, and views of plain directories. */
export class PlainWorkspaces implements Workspaces {
  readonly #layers: Layers;

  constructor(layers: Layers) {
    this.#layers = layers;
  }

  async strategy(): Promise<WorkspaceStrategy> {
    const reason = "the plain workspaces copy everything";
    return { overlay: false, directory: "copy", reasons: { overlay: reason, btrfs: reason, reflink: reason } };
  }

  async prepare(spec: WorkspaceSpec): Promise<Workspace> {
    if (spec.form.type !== "directory") throw new Error("plain workspaces are directories");
    const { path } = spec.form;
    mkdirSync(spec.scratch, { recursive: true, mode: 0o700 });
    const layers = [...new Map(spec.layers.map((layer) => [layer.layer.id, layer])).values()];
    const manifests = await Promise.all(layers.map(({ layer }) => this.#layers.manifest(layer)));
    refuseConflicts(layers, manifests);
    mkdirSync(path, { recursive: true });
    for (const name of readdirSync(path)) await rm(join(path, name), { recursive: true });
    for (const lower of spec.view.lower.toReversed()) execFileSync("cp", ["-a", "--sparse=auto", `${lower}/.`, path]);
    for (const { layer } of layers) await this.#layers.apply(layer, path);
    return {
      description: { type: "directory", path },
      changes: { type: "directory", path, baseline: new PlainBaseline(path) },
      release: async () => {},
    };
  }
}

function refuseConflicts(layers: readonly StackedLayer[], manifests: readonly (readonly LayerEntry[])[]): void {
  for (const [above, upper] of layers.entries()) {
    for (const [below, lower] of layers.slice(0, above).entries()) {
      if (upper.ancestors.includes(lower.step) || lower.ancestors.includes(upper.step)) continue;
      const [one = [], other = []] = [manifests[below], manifests[above]];
      const path = hidden(one, other) ?? hidden(other, one);
      if (path !== undefined)
        throw new FrescoError("workspace.conflict", `The steps "${lower.step}" and "${upper.step}" both write ${displayPath(path)}.`, {
          kind: "input",
        });
    }
  }
}

function hidden(entries: readonly LayerEntry[], by: readonly LayerEntry[]) {
  const files = new Set(by.filter(({ type }) => type !== "deleted" && type !== "directory").map(({ path }) => path));
  return entries.find(({ path, type }) => type !== "deleted" && [path, ...parentsOf(path)].some((at) => files.has(at)))?.path;
}
