import { closeSync, openSync } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { LayerRef } from "@fresco/ports";
import { native } from "./native.ts";

/**
 * Makes layers durable. On Linux by one `syncfs` a file system for the whole batch: it also covers the directories above the layers and
 * costs one commit of the journal, where syncing each file would cost one for each.
 */
export async function syncLayers(layers: readonly LayerRef[]): Promise<void> {
  if (process.platform !== "linux") {
    for (const layer of layers) await syncTree(layer.path);
    return;
  }
  const devices = new Map<number, string>();
  for (const { path } of layers) devices.set((await stat(path)).dev, path);
  await Promise.all([...devices.values()].map(syncFileSystemOf));
}

async function syncFileSystemOf(path: string): Promise<void> {
  const descriptor = openSync(path, "r");
  try {
    await native().syncFileSystem(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

async function syncTree(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) await syncOne(path);
  }
  await syncOne(directory);
}

async function syncOne(path: string): Promise<void> {
  await using file = await open(path, "r");
  await file.sync();
}
