import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { FrescoError } from "@fresco/ports";
import { layersOf } from "./layout.ts";
import { mergeLayer } from "./merge-layer.ts";
import { run, untar } from "./program.ts";

/** Where an image comes from. */
export type ImageSource =
  /** An archive of `docker save`, an OCI archive, or a tar of a root file system. */
  | { readonly type: "tar"; readonly path: string }
  /** The tar of a root file system, as `docker export` gives it. */
  | { readonly type: "stream"; readonly stream: Readable }
  | { readonly type: "directory"; readonly path: string };

/**
 * Unpacks an image.
 * @param rootfs A directory that does not exist yet.
 * @param scratch A directory for what is needed meanwhile; made where it is missing, the caller removes it.
 * @throws FrescoError `image.source`, `image.archive`, `image.unpack`.
 */
export async function unpackImage(source: ImageSource, rootfs: string, scratch: string): Promise<void> {
  if (source.type !== "stream" && !existsSync(source.path)) {
    throw new FrescoError("image.source", `there is no ${source.path}`, { kind: "input", hint: "name an existing archive or directory" });
  }
  mkdirSync(rootfs, { recursive: true, mode: 0o755 });
  if (source.type === "directory") return run("cp", ["-a", "--no-target-directory", "--", resolve(source.path), rootfs]);
  if (source.type === "stream") return untar(source.stream, rootfs);
  const archive = fresh(scratch, "archive");
  await untar(source.path, archive);
  const layers = layersOf(archive);
  if (layers === undefined) return mergeLayer(archive, rootfs);
  for (const [index, layer] of layers.entries()) {
    const directory = fresh(scratch, `layer-${index}`);
    await untar(layer, directory);
    await mergeLayer(directory, rootfs);
  }
}

function fresh(scratch: string, name: string): string {
  const path = join(scratch, name);
  mkdirSync(path, { recursive: true, mode: 0o755 });
  return path;
}
