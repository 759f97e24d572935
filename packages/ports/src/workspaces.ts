import type { Changes, LayerRef } from "./layers.ts";
import type { MaterialisedView } from "./source.ts";

/** Builds the workspace that a step sees: view, layers, a fresh writable layer. Mounts nothing itself: whoever runs the step does. */
export interface Workspaces {
  /** How directories and overlays are made on this volume, and why not otherwise. Detected once per volume and remembered. */
  strategy(): Promise<WorkspaceStrategy>;
  /**
   * @throws FrescoError `workspace.conflict` when two used layers write one path and neither descends from the other,
   *   `layer.damaged` when a layer is not whole.
   */
  prepare(spec: WorkspaceSpec): Promise<Workspace>;
}

export type StrategyName = "overlay" | "btrfs" | "reflink" | "copy";

export interface WorkspaceStrategy {
  /** For sandboxes that mount. */
  readonly overlay: boolean;
  /** For sandboxes that need a plain directory. */
  readonly directory: Exclude<StrategyName, "overlay">;
  /** One line for each strategy that is not available, or was not chosen. */
  readonly reasons: Readonly<Partial<Record<StrategyName, string>>>;
}

export interface WorkspaceSpec {
  readonly view: MaterialisedView;
  /** Bottom to top, no layer twice. */
  readonly layers: readonly StackedLayer[];
  /** A directory for what this workspace needs besides: made by {@link Workspaces.prepare} with mode 0700, parents included; the caller removes it. */
  readonly scratch: string;
  /** What the sandbox takes. A directory is made where it is missing, and emptied where it is not. */
  readonly form: { readonly type: "overlay" } | { readonly type: "directory"; readonly path: string };
}

export interface StackedLayer {
  readonly layer: LayerRef;
  /** The step that wrote it, for messages. */
  readonly step: string;
  /** Steps whose layers lie beneath it by descent: a second writer that has the first among these is no conflict. */
  readonly ancestors: readonly string[];
}

export interface Workspace {
  readonly description: WorkspaceDescription;
  /** What the step changed, to be captured once its processes are gone. */
  readonly changes: Changes;
  /** Gives up what preparing took (not the scratch directory). */
  release(): Promise<void>;
}

export type WorkspaceDescription =
  /** Mount an overlay: absolute paths, topmost first. `lower` is never empty. */
  | { readonly type: "overlay"; readonly lower: readonly string[]; readonly upper: string; readonly work: string }
  | { readonly type: "directory"; readonly path: string };
