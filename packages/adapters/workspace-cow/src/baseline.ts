import type { BigIntStats } from "node:fs";
import type { BytePath } from "@fresco/pipeline";
import type { Baseline } from "@fresco/ports";
import type { Node } from "./nodes.ts";

/** What was put at one path of a prepared directory. */
export interface BaselineEntry {
  /** How the copy looked once the directory was filled. */
  readonly stat: BigIntStats;
  /** The immutable node that it is a copy of, for comparing content. */
  readonly origin: Node;
}

/** What a prepared directory held before its step ran. */
export class DirectoryBaseline implements Baseline {
  readonly paths: ReadonlyMap<BytePath, BaselineEntry>;
  /** Copies whose change time (ns) is at or after this may be changed without showing it, so their content is compared. */
  readonly racyFrom: bigint;

  constructor(paths: ReadonlyMap<BytePath, BaselineEntry>, racyFrom: bigint) {
    this.paths = paths;
    this.racyFrom = racyFrom;
  }

  get entries(): number {
    return this.paths.size;
  }

  /** Is the node surely what was put there? `false` may also mean that it cannot be told from the outside. */
  untouched(entry: BaselineEntry, now: BigIntStats): boolean {
    const { stat } = entry;
    return (
      now.ctimeNs < this.racyFrom &&
      now.ino === stat.ino &&
      now.ctimeNs === stat.ctimeNs &&
      now.mtimeNs === stat.mtimeNs &&
      now.size === stat.size &&
      now.mode === stat.mode &&
      now.uid === stat.uid &&
      now.gid === stat.gid
    );
  }
}
