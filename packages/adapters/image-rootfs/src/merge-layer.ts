import { lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "./program.ts";

/** Names by which a layer takes away what lies beneath: https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts */
const WHITEOUT = ".wh.";
const OPAQUE = ".wh..wh..opq";

/** Lays an unpacked layer over a root file system, and leaves nothing of the layer's own directory that matters. */
export async function mergeLayer(layer: string, rootfs: string): Promise<void> {
  takeAway(layer, rootfs, "");
  // Where one has a directory and the other a symlink cp(1) refuses, so no layer writes through another one's symlink.
  await run("cp", ["-a", "--no-target-directory", "--", layer, rootfs]);
}

function takeAway(layer: string, rootfs: string, path: string): void {
  const entries = readdirSync(join(layer, path), { withFileTypes: true });
  const beneath = isDirectory(join(rootfs, path));
  if (beneath && entries.some(({ name }) => name === OPAQUE)) {
    for (const name of readdirSync(join(rootfs, path))) rmSync(join(rootfs, path, name), { recursive: true });
  }
  for (const entry of entries) {
    const at = join(path, entry.name);
    if (entry.name.startsWith(WHITEOUT)) {
      if (beneath && entry.name !== OPAQUE) rmSync(join(rootfs, path, entry.name.slice(WHITEOUT.length)), { recursive: true, force: true });
      rmSync(join(layer, at), { recursive: true });
    } else if (entry.isDirectory()) {
      if (beneath && isDirectory(join(rootfs, at))) takeAway(layer, rootfs, at);
      else makeRoom(rootfs, at, beneath, layer);
    } else if (beneath) {
      // A file takes the place of whatever was there.
      rmSync(join(rootfs, at), { recursive: true, force: true });
    }
  }
}

/** A directory takes the place of a file or a symlink; whiteouts in it have nothing to take away. */
function makeRoom(rootfs: string, at: string, beneath: boolean, layer: string): void {
  if (beneath) rmSync(join(rootfs, at), { force: true });
  takeAway(layer, rootfs, at);
}

/** A real one: a symlink may lead out of the root file system. */
function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
