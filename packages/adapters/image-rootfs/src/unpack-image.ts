import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { FrescoError } from "@fresco/ports";
import { type ImageConfig, NO_CONFIG, readDescription } from "./config.ts";
import { layoutOf } from "./layout.ts";
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
 * Unpacks an image, and gives what of its configuration is known.
 * @param rootfs A directory that does not exist yet.
 * @param scratch A directory for what is needed meanwhile; made where it is missing, the caller removes it.
 * @throws FrescoError `image.source`, `image.archive`, `image.unpack`.
 */
export async function unpackImage(source: ImageSource, rootfs: string, scratch: string): Promise<ImageConfig> {
  if (source.type !== "stream" && !existsSync(source.path)) {
    throw new FrescoError("image.source", `there is no ${source.path}`, { kind: "input", hint: "name an existing archive or directory" });
  }
  mkdirSync(rootfs, { recursive: true, mode: 0o755 });
  if (source.type === "tar") return unpackArchive(source.path, rootfs, scratch);
  if (source.type === "stream") await untar(source.stream, rootfs);
  else await run("cp", ["-a", "--no-target-directory", "--", resolve(source.path), rootfs]);
  return NO_CONFIG;
}

async function unpackArchive(path: string, rootfs: string, scratch: string): Promise<ImageConfig> {
  const archive = fresh(scratch, "archive");
  await untar(path, archive);
  const layout = layoutOf(archive);
  if (layout === undefined) {
    await mergeLayer(archive, rootfs);
    return NO_CONFIG;
  }
  for (const [index, layer] of layout.layers.entries()) {
    const directory = fresh(scratch, `layer-${index}`);
    await untar(layer, directory);
    await mergeLayer(directory, rootfs);
  }
  return existsSync(layout.config) ? readDescription(layout.config) : NO_CONFIG;
}

function fresh(scratch: string, name: string): string {
  const path = join(scratch, name);
  mkdirSync(path, { recursive: true, mode: 0o755 });
  return path;
}
