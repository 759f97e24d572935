import type { LayerEntry } from "@fresco/cache-keys";
import type { BytePath } from "@fresco/pipeline";

/**
 * What a step changed, in one format for every strategy and privilege level. On the disk a layer is a directory with
 * - `tree/`: what was added or changed, as real files; deletions as overlay whiteouts where the platform has them; never opaque, so it
 *   can be an overlay's lower directory as it is;
 * - `manifest`: the {@link LayerEntry} list, deletions included, which is what every reader trusts.
 */
export interface LayerRef {
  /** Names the directory; never used twice. */
  readonly id: string;
  /** Digest of the content, which is what keys cover. */
  readonly digest: string;
  /** The directory that holds `tree/` and `manifest`. */
  readonly path: string;
}

export interface CapturedLayer extends LayerRef {
  readonly bytes: number;
  readonly entries: number;
  /** Paths written (not deleted), with what lies beneath a directory that the step created folded into that directory. Law 8 is checked against these first. */
  readonly footprint: readonly BytePath[];
}

/** Where the changes are. */
export type Changes =
  /** The upper directory of an overlay. `lower`: what it lay on, topmost first. */
  | { readonly type: "overlay"; readonly upper: string; readonly lower: readonly string[] }
  /** A directory that was filled before the step, compared with what it held then. */
  | { readonly type: "directory"; readonly path: string; readonly baseline: Baseline };

/** What a prepared directory held before the step ran: opaque to everybody but the adapter that made it. */
export interface Baseline {
  readonly entries: number;
}

export interface CaptureOptions {
  /** Which paths pass on; `null`: all. Directories above a kept path are kept. */
  readonly outputs: readonly string[] | null;
  /** Paths (relative, with all beneath them) that are no part of the layer. */
  readonly exclude?: readonly string[];
  /** Prefix all paths: the upper directory of a mount at `/usr` is captured with `usr`. */
  readonly at?: string;
}

/** Reads and writes layers. Follows no symlink and opens only regular files. */
export interface Layers {
  /**
   * Normalises the changes into a layer at `into.path`, which is made with mode 0700, parents included. The upper directories are consumed:
   * files are moved, not copied, where that is possible. `undefined` when nothing changed; nothing is made then.
   */
  capture(
    changes: readonly { readonly changes: Changes; readonly options: CaptureOptions }[],
    into: { readonly id: string; readonly path: string },
  ): Promise<CapturedLayer | undefined>;
  /** The manifest. @throws FrescoError `layer.damaged` when it cannot be read whole. */
  manifest(layer: LayerRef): Promise<readonly LayerEntry[]>;
  /** Does the content still have this digest? Reads everything. */
  verify(layer: LayerRef): Promise<boolean>;
  /** Applies a layer to a plain directory (copy strategies, and export). */
  apply(layer: LayerRef, directory: string): Promise<void>;
  /** Makes the layer's bytes durable. An entry that names it may be committed only afterwards. */
  sync(layers: readonly LayerRef[]): Promise<void>;
}
