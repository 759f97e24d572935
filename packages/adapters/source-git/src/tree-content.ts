import type { BytePath } from "@fresco/pipeline";
import type { Manifest, TreeFile } from "./manifest.ts";

/** A tree's files: a base with changes on top. Nothing is decoded before it is asked for. */
export class TreeContent {
  readonly #manifest: Manifest;
  readonly #changes: ReadonlyMap<string, TreeFile | undefined>;
  readonly #changedPaths: readonly string[];

  /** @param changes Path to what is there now; `undefined`: nothing. */
  constructor(manifest: Manifest, changes: ReadonlyMap<string, TreeFile | undefined>) {
    this.#manifest = manifest;
    this.#changes = changes;
    this.#changedPaths = [...changes.keys()].sort();
  }

  /** How many files there are. */
  count(): number {
    const { files } = this.#manifest;
    let count = files.length;
    for (const [path, file] of this.#changes) {
      const known = files.find(path) !== undefined;
      if (file === undefined && known) count -= 1;
      if (file !== undefined && !known) count += 1;
    }
    return count;
  }

  /** Files whose path begins with `prefix`, sorted by path bytes. */
  *files(prefix = ""): Generator<TreeFile> {
    const { files } = this.#manifest;
    let base = files.lowerBound(prefix);
    let change = this.#firstChange(prefix);
    for (;;) {
      const basePath = pathWithin(base < files.length ? files.path(base) : undefined, prefix);
      const changedPath = pathWithin(this.#changedPaths[change], prefix);
      if (basePath === undefined && changedPath === undefined) return;
      if (changedPath === undefined || (basePath !== undefined && basePath < changedPath)) {
        yield this.#manifest.file(base);
        base += 1;
        continue;
      }
      if (basePath === changedPath) base += 1;
      const changed = this.#changes.get(changedPath);
      if (changed !== undefined) yield changed;
      change += 1;
    }
  }

  find(path: BytePath): TreeFile | undefined {
    if (this.#changes.has(path)) return this.#changes.get(path);
    const index = this.#manifest.files.find(path);
    return index === undefined ? undefined : this.#manifest.file(index);
  }

  /** Is there anything at this path or below it? */
  has(path: BytePath): "file" | "directory" | undefined {
    if (this.find(path) !== undefined) return "file";
    return this.files(`${path}/`).next().done === true ? undefined : "directory";
  }

  #firstChange(prefix: string): number {
    const index = this.#changedPaths.findIndex((path) => path >= prefix);
    return index < 0 ? this.#changedPaths.length : index;
  }
}

function pathWithin<P extends string>(path: P | undefined, prefix: string): P | undefined {
  return path?.startsWith(prefix) ? path : undefined;
}
