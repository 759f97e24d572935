import { linkSync, mkdirSync, rmdirSync, rmSync, unlinkSync } from "node:fs";
import type { LayerEntry } from "@fresco/cache-keys";
import type { BytePath } from "@fresco/pipeline";
import { replaceAttributes } from "./attributes.ts";
import { copyNode, dress, look, setTimes } from "./nodes.ts";
import { ancestorsOf, under } from "./paths.ts";
import { TimeSlice } from "./time-slice.ts";

/**
 * Replays a layer on a plain directory: what the step saw go is removed entry by entry, a directory only when nothing else is in it; then
 * what it wrote is put in place. A file takes the place of whatever is there, a directory that of anything but a directory.
 */
export async function applyLayer(tree: Buffer, entries: readonly LayerEntry[], directory: Buffer): Promise<void> {
  const slice = new TimeSlice();
  for (const entry of entries.toReversed()) {
    if (slice.over) await slice.pause();
    if (entry.type === "deleted") remove(directory, entry.path);
  }
  const directories: (LayerEntry & { readonly type: "directory" })[] = [];
  for (const entry of entries) {
    if (slice.over) await slice.pause();
    if (entry.type === "deleted") continue;
    makeRoom(tree, directory, entry);
    if (entry.type !== "directory") {
      put(tree, directory, entry);
      continue;
    }
    mkdirSync(under(directory, entry.path), { recursive: true, mode: 0o700 });
    directories.push(entry);
  }
  for (const entry of directories.reverse()) finishDirectory(tree, directory, entry);
}

function remove(directory: Buffer, path: BytePath): void {
  if (!reachable(directory, path)) return;
  const at = under(directory, path);
  const stat = look(at);
  if (stat === undefined) return;
  if (!stat.isDirectory()) return unlinkSync(at);
  try {
    rmdirSync(at);
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error.code !== "ENOTEMPTY") throw error;
  }
}

/** Is every directory above the path a real one? A symlink among them would lead out of the tree. */
function reachable(directory: Buffer, path: BytePath): boolean {
  return [...ancestorsOf(path)].every((above) => look(under(directory, above))?.isDirectory() === true);
}

/** Makes the directories above an entry and removes what it takes the place of. */
function makeRoom(tree: Buffer, directory: Buffer, entry: LayerEntry): void {
  for (const above of [...ancestorsOf(entry.path)].reverse()) {
    const at = under(directory, above);
    const stat = look(at);
    if (stat?.isDirectory() === true) continue;
    if (stat !== undefined) unlinkSync(at);
    const from = under(tree, above);
    const like = look(from);
    if (like === undefined) mkdirSync(at, 0o755);
    else copyNode({ path: from, stat: like }, at, undefined);
  }
  const at = under(directory, entry.path);
  const stat = look(at);
  if (stat === undefined || (entry.type === "directory" && stat.isDirectory())) return;
  rmSync(at, { recursive: true });
}

function put(tree: Buffer, directory: Buffer, entry: Exclude<LayerEntry, { readonly type: "deleted" | "directory" }>): void {
  const at = under(directory, entry.path);
  if (entry.type === "file" && entry.link !== undefined) return linkSync(under(directory, entry.link), at);
  const from = under(tree, entry.path);
  const stat = look(from);
  if (stat === undefined) throw new Error(`the layer's tree lacks ${entry.path}`);
  copyNode({ path: from, stat }, at, entry.xattrs);
}

/** After its content, since filling a directory changes its times and its mode may forbid it. */
function finishDirectory(tree: Buffer, directory: Buffer, entry: LayerEntry & { readonly type: "directory" }): void {
  const at = under(directory, entry.path);
  replaceAttributes(at, entry.xattrs);
  dress(at, entry);
  const stat = look(under(tree, entry.path));
  if (stat !== undefined) setTimes(at, stat);
}
