import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeManifest, encodeManifest, type LayerEntry, manifestDigest } from "@fresco/cache-keys";
import { FrescoError, type LayerRef } from "@fresco/ports";

/** The directory with a layer's files, usable as an overlay's lower directory. */
export function treeOf(layer: { readonly path: string }): string {
  return join(layer.path, "tree");
}

/** Writes the manifest of a new layer and answers its digest. */
export function writeManifest(directory: string, entries: readonly LayerEntry[]): string {
  const bytes = encodeManifest(entries);
  writeFileSync(join(directory, "manifest"), bytes, { flag: "wx", mode: 0o600 });
  return manifestDigest(bytes);
}

/** @throws FrescoError `layer.damaged` when it cannot be read whole or is another layer's. */
export function readManifest(layer: LayerRef): readonly LayerEntry[] {
  try {
    const bytes = readFileSync(join(layer.path, "manifest"));
    if (manifestDigest(bytes) !== layer.digest) throw new Error("it is another layer's manifest");
    return decodeManifest(bytes);
  } catch (cause) {
    throw new FrescoError("layer.damaged", `The layer ${layer.id} has no whole manifest.`, {
      hint: "Its step has to run again; `fresco cache verify` finds other damaged layers.",
      cause,
    });
  }
}
