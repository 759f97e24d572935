import type { BytePath } from "@fresco/pipeline";

/**
 * One line of a layer's manifest: what is at a path after the step, relative to what the step saw. Paths are relative to the
 * workspace (workspace layers) or to `/` (system layers). Sorted by path bytes; a path stands once.
 */
export type LayerEntry =
  | (LayerNode & {
      readonly type: "file";
      readonly size: number /** SHA-256 of the content, hex. */;
      readonly content: string /** Files of one group share an inode; the group's first path. */;
      readonly link?: BytePath;
    })
  | (LayerNode & { readonly type: "directory" })
  | (LayerNode & { readonly type: "symlink"; readonly target: BytePath })
  | (LayerNode & { readonly type: "fifo" })
  | (LayerNode & { readonly type: "device"; readonly device: "block" | "character"; readonly major: number; readonly minor: number })
  /** Something that the step saw here is gone. A deleted directory stands with each of its entries that the step saw. */
  | {
      readonly path: BytePath;
      readonly type: "deleted" /** It was a directory: remove it only if nothing unseen is left in it. */;
      readonly directory: boolean;
    };

export interface LayerNode {
  readonly path: BytePath;
  /** Permission bits including set-id and sticky, e.g. 0o644. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Names to values as latin1, `overlay.*` attributes left out. */
  readonly xattrs?: Readonly<Record<string, string>>;
}
