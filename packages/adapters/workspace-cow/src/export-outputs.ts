import { randomBytes } from "node:crypto";
import { mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import type { LayerEntry } from "@fresco/cache-keys";
import { type BytePath, compileGlobs, pathBytes } from "@fresco/pipeline";
import type { LayerRef, Layers } from "@fresco/ports";
import { compose } from "./compose.ts";
import { copyContent, hashFile } from "./content.ts";
import { treeOf } from "./layer-files.ts";
import { dress, look, present, setTimes } from "./nodes.ts";
import { ancestorsOf, child, under } from "./paths.ts";
import { TimeSlice } from "./time-slice.ts";

export interface ExportOptions {
  readonly layers: Layers;
  /** Bottom to top: what the last one left is copied. */
  readonly from: readonly LayerRef[];
  /** Gitignore patterns; `null`: everything that was written. */
  readonly outputs: readonly string[] | null;
  /** Where to; made when it is missing. May be a symlink itself, while nothing in it is followed. */
  readonly directory: string;
  /** Is what is at this path of the directory still what it was when the run began? Asked for existing files that would be replaced. */
  readonly unchanged: (path: BytePath) => Promise<boolean>;
  /** Replace files that changed. Symlinked directories are refused all the same. */
  readonly force: boolean;
}

export interface ExportProblem {
  readonly path: BytePath;
  readonly reason: /** The file there is not what it was when the run began. */
    | "changed"
    /** A directory is where a file would go, or the reverse. */
    | "in-the-way"
    /** A directory above it is a symlink, which would lead somewhere else. */
    | "symlink"
    /** A FIFO or a device, which is not copied out of a sandbox. */
    | "special";
}

/** All or nothing is checked; what is `exported` was replaced file by file. */
export type ExportResult =
  | { readonly type: "exported"; readonly paths: readonly BytePath[] }
  | { readonly type: "refused"; readonly problems: readonly ExportProblem[] };

interface Item {
  readonly entry: Exclude<LayerEntry, { readonly type: "deleted" }>;
  readonly from: Buffer;
  readonly to: Buffer;
}

/**
 * Copies what layers wrote out of them, deletions left aside. Everything is checked before anything is written; then every file appears
 * whole, by a rename. Files that are there already with the same content are left alone. Owners and set-id bits are not copied.
 */
export async function exportOutputs(options: ExportOptions): Promise<ExportResult> {
  const items = await itemsOf(options);
  const slice = new TimeSlice();
  const problems: ExportProblem[] = [];
  const pending: Item[] = [];
  for (const item of items) {
    if (slice.over) await slice.pause();
    const found = await check(item, options);
    if (found === "there") continue;
    if (found === undefined) pending.push(item);
    else problems.push({ path: item.entry.path, reason: found });
  }
  if (problems.length > 0) return { type: "refused", problems };
  mkdirSync(options.directory, { recursive: true });
  for (const item of pending) {
    if (slice.over) await slice.pause();
    write(item, Buffer.from(options.directory));
  }
  return { type: "exported", paths: pending.map(({ entry }) => entry.path) };
}

/** What is left of the layers after the outputs' patterns, parents first. Directories are kept when they match or hold something that does. */
async function itemsOf({ layers, from, outputs, directory }: ExportOptions): Promise<Item[]> {
  const manifests = await Promise.all(from.map((layer) => layers.manifest(layer)));
  const trees = from.map((layer) => Buffer.from(treeOf(layer)));
  const treeAt = (origin: number | undefined) => trees[origin ?? 0] ?? Buffer.alloc(0);
  const { entries, origins } = compose(manifests, (_, path) => ({ type: "directory", path, mode: 0o755, uid: 0, gid: 0 }));
  const globs = outputs === null ? undefined : compileGlobs(outputs);
  const kept = new Set<BytePath>();
  for (const { path, type } of entries) {
    if (type === "deleted" || globs?.matches(path) === false) continue;
    kept.add(path);
    for (const above of ancestorsOf(path)) kept.add(above);
  }
  return entries.flatMap((entry) => {
    if (entry.type === "deleted" || !kept.has(entry.path)) return [];
    return [{ entry, from: under(treeAt(origins.get(entry.path)), entry.path), to: under(Buffer.from(directory), entry.path) }];
  });
}

/** `undefined`: it can be written; `there`: nothing has to be. */
async function check(
  { entry, to }: Item,
  { directory, force, unchanged }: ExportOptions,
): Promise<ExportProblem["reason"] | "there" | undefined> {
  if (entry.type === "fifo" || entry.type === "device") return "special";
  for (const above of ancestorsOf(entry.path)) {
    const stat = look(under(Buffer.from(directory), above));
    if (stat?.isSymbolicLink() === true) return "symlink";
    if (stat?.isDirectory() === false) return "in-the-way";
  }
  const stat = look(to);
  if (stat === undefined) return undefined;
  if (entry.type === "directory") return stat.isDirectory() ? "there" : stat.isSymbolicLink() ? "symlink" : "in-the-way";
  if (stat.isDirectory()) return "in-the-way";
  if (entry.type === "symlink" && stat.isSymbolicLink() && readlinkSync(to, "buffer").equals(pathBytes(entry.target))) return "there";
  if (entry.type === "file" && stat.isFile() && Number(stat.size) === entry.size && (await hashFile(to, entry.size)) === entry.content)
    return "there";
  return force || (await unchanged(entry.path)) ? undefined : "changed";
}

function write({ entry, from, to }: Item, directory: Buffer): void {
  for (const above of [...ancestorsOf(entry.path)].reverse()) makeDirectory(under(directory, above), 0o755);
  if (entry.type === "directory") return makeDirectory(to, entry.mode & 0o777);
  const parent = to.subarray(0, to.lastIndexOf(0x2f));
  const draft = child(parent, Buffer.from(`.fresco-${randomBytes(8).toString("hex")}`));
  try {
    const { stat } = present(from);
    if (entry.type === "symlink") symlinkSync(pathBytes(entry.target), draft);
    else {
      copyContent(from, draft, { size: Number(stat.size), blocks: Number(stat.blocks) });
      dress(draft, { type: "file", mode: entry.mode & 0o777, ...exporter() });
      setTimes(draft, stat);
    }
    renameSync(draft, to);
  } finally {
    rmSync(draft, { force: true });
  }
}

function makeDirectory(path: Buffer, mode: number): void {
  if (look(path)?.isDirectory() !== true) mkdirSync(path, { mode });
}

/** Whoever exports owns the copies, whoever wrote the originals; copying a file as root gives it the original's owner. */
function exporter(): { readonly uid: number; readonly gid: number } {
  return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
}
