import type { LayerEntry } from "@fresco/cache-keys";
import type { BytePath } from "@fresco/pipeline";
import { ancestorsOf, parentOf, within } from "./paths.ts";

/**
 * What a stack shows, as a table from path to whatever stands for a node, built bottom to top. Layers are laid on by their entries, not
 * by their trees: deletions take away exactly what they name, a directory only when nothing is left in it; a file takes the place of
 * whatever was there, a directory that of anything but a directory.
 */
export class VisibleTree<T extends { readonly directory: boolean }> {
  readonly #nodes = new Map<BytePath, T>();
  /** How many entries a directory has. */
  readonly #sizes = new Map<BytePath, number>();

  get nodes(): ReadonlyMap<BytePath, T> {
    return this.#nodes;
  }

  /** Puts a node where nothing is, or over one of its own kind. */
  set(path: BytePath, node: T): void {
    if (!this.#nodes.has(path)) this.#count(path, 1);
    this.#nodes.set(path, node);
  }

  /** `nodeFor` gives the node for a written entry, `carrier` that for a directory above one, where there is none yet. */
  layOn(entries: readonly LayerEntry[], nodeFor: (entry: LayerEntry) => T, carrier: (path: BytePath) => T): void {
    for (const entry of entries.toReversed()) if (entry.type === "deleted" && !this.#sizes.get(entry.path)) this.#remove(entry.path);
    for (const entry of entries) {
      if (entry.type === "deleted") continue;
      for (const above of [...ancestorsOf(entry.path)].reverse()) {
        if (this.#nodes.get(above)?.directory === true) continue;
        this.set(above, carrier(above));
      }
      if (entry.type !== "directory" && this.#sizes.get(entry.path)) this.#clear(entry.path);
      this.set(entry.path, nodeFor(entry));
    }
  }

  #clear(directory: BytePath): void {
    for (const path of this.#nodes.keys()) if (path !== directory && within(directory, path)) this.#remove(path);
  }

  #remove(path: BytePath): void {
    if (this.#nodes.delete(path)) this.#count(path, -1);
  }

  #count(path: BytePath, by: number): void {
    const parent = parentOf(path);
    if (parent !== undefined) this.#sizes.set(parent, (this.#sizes.get(parent) ?? 0) + by);
  }
}
