import { cp, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CapturedLayer, CaptureOptions, Changes, LayerRef, Layers } from "@fresco/ports";

/** Layers for tests: copies upper directories as they are, whiteouts and all, and leaves digesting to others. */
export class UpperLayers implements Layers {
  async capture(
    changes: readonly { readonly changes: Changes; readonly options: CaptureOptions }[],
    into: { readonly id: string; readonly path: string },
  ): Promise<CapturedLayer | undefined> {
    let entries = 0;
    for (const { changes: from, options } of changes) {
      if (from.type !== "overlay") throw new Error("only overlays are captured here");
      for (const name of await readdir(from.upper)) {
        if (options.exclude?.includes(name) === true) continue;
        const at = join(into.path, "tree", options.at ?? "");
        await mkdir(at, { recursive: true });
        await cp(join(from.upper, name), join(at, name), { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
        entries += 1;
      }
    }
    if (entries === 0) return undefined;
    await writeFile(join(into.path, "manifest"), "");
    return { ...into, digest: into.id, bytes: 0, entries, footprint: [] };
  }

  async manifest(): Promise<never> {
    throw new Error("these layers have no manifest");
  }

  async verify(): Promise<boolean> {
    return true;
  }

  async apply(_layer: LayerRef, _directory: string): Promise<void> {
    throw new Error("these layers are not applied");
  }

  async sync(): Promise<void> {
    // Nothing here outlives the test.
  }
}
