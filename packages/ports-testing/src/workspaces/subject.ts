import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type {
  CapturedLayer,
  CaptureOptions,
  LayerRef,
  Layers,
  MaterialisedView,
  Workspace,
  WorkspaceDescription,
  Workspaces,
  WorkspaceSpec,
} from "@fresco/ports";

/** What the contract suites of `Layers` and `Workspaces` are given: the two ports under test and a way to run something in a workspace. */
export interface WorkspacesSubject {
  readonly layers: Layers;
  readonly workspaces: Workspaces;
  /** An existing empty directory; whoever opened the subject removes it. */
  readonly directory: string;
  readonly form: "overlay" | "directory";
  /** Runs a shell script (`sh -e`) where the description puts the workspace, and answers what it printed, one character a byte. */
  run(description: WorkspaceDescription, script: string): Promise<string>;
}

/** A layer in a stack as the suites write it down; `ancestors`: the steps of the layers beneath it, unless given. */
export interface Laid {
  readonly layer: LayerRef;
  readonly step?: string;
  readonly ancestors?: readonly string[];
}

/** Prepares workspaces and runs steps in them, in fresh directories of the subject's. */
export class Steps {
  readonly subject: WorkspacesSubject;
  #count = 0;

  constructor(subject: WorkspacesSubject) {
    this.subject = subject;
  }

  /** A view with what a shell script makes in an empty directory. */
  async view(script: string): Promise<MaterialisedView> {
    const path = await this.directory("view");
    await this.subject.run({ type: "directory", path }, `umask 022; ${script}`);
    return { lower: [path], release: async () => {} };
  }

  async prepare(
    view: MaterialisedView,
    layers: readonly Laid[] = [],
    scratch: string = join(this.fresh("scratch"), "made"),
  ): Promise<Workspace> {
    const form: WorkspaceSpec["form"] =
      this.subject.form === "overlay" ? { type: "overlay" } : { type: "directory", path: join(this.fresh("workspace"), "made") };
    const stacked = layers.map(({ layer, step = layer.id, ancestors }, index) => ({
      layer,
      step,
      ancestors: ancestors ?? layers.slice(0, index).map((below) => below.step ?? below.layer.id),
    }));
    return this.subject.workspaces.prepare({ view, layers: stacked, scratch, form });
  }

  /** Runs a step and captures what it changed. */
  async step(
    view: MaterialisedView,
    layers: readonly Laid[],
    script: string,
    options: CaptureOptions = { outputs: null },
  ): Promise<CapturedLayer | undefined> {
    const workspace = await this.prepare(view, layers);
    await this.subject.run(workspace.description, `umask 022; ${script}`);
    const id = `layer-${this.#count++}`;
    const layer = await this.subject.layers.capture([{ changes: workspace.changes, options }], {
      id,
      path: join(this.fresh("layers"), id),
    });
    await workspace.release();
    return layer;
  }

  /** The same for a step that has to change something. */
  async layer(view: MaterialisedView, layers: readonly Laid[], script: string, options?: CaptureOptions): Promise<CapturedLayer> {
    const layer = await this.step(view, layers, script, options);
    if (layer === undefined) throw new Error(`nothing was captured of: ${script}`);
    return layer;
  }

  /** What a shell script prints in a workspace. */
  async see(view: MaterialisedView, layers: readonly Laid[], script: string): Promise<string> {
    const workspace = await this.prepare(view, layers);
    return this.subject.run(workspace.description, script);
  }

  /** A new directory. */
  async directory(name: string): Promise<string> {
    const path = this.fresh(name);
    await mkdir(path);
    return path;
  }

  /** A path at which there is nothing yet. */
  fresh(name: string): string {
    return join(this.subject.directory, `${name}-${this.#count++}`);
  }
}

/** Prints every path of the workspace, sorted. */
export const PATHS = "find . -mindepth 1 | LC_ALL=C sort";
