import { type BigIntStats, chmodSync, chownSync, lchownSync, linkSync, lstatSync, mkdirSync, readlinkSync, symlinkSync } from "node:fs";
import type { LayerEntry } from "@fresco/cache-keys";
import { type BytePath, bytePathFrom } from "@fresco/pipeline";
import { readAttributes, sameAttributes, writeAttributes } from "./attributes.ts";
import { copyContent, hashFile, sameContent } from "./content.ts";
import { deviceNumber, deviceParts, native } from "./native.ts";

/** A layer entry that is there, as opposed to one that is gone. */
export type WrittenEntry = Exclude<LayerEntry, { readonly type: "deleted" }>;

/** A node on the disk, as far as a look without opening it tells. */
export interface Node {
  readonly path: Buffer;
  readonly stat: BigIntStats;
}

/** Is this how an overlay says that something is gone? */
export function isWhiteout(stat: BigIntStats): boolean {
  return stat.isCharacterDevice() && stat.rdev === 0n;
}

/** Looks at a node without following a symlink; `undefined`: there is none. */
export function look(path: Buffer): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true });
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return undefined;
    throw error;
  }
}

export function modeOf(stat: BigIntStats): number {
  return Number(stat.mode & 0o7777n);
}

/** The manifest's entry for a node. Reads the content of a regular file. `undefined`: a socket, which means nothing without its process. */
export async function entryOf(
  path: BytePath,
  node: Node,
  xattrs: Readonly<Record<string, string>> | undefined,
): Promise<WrittenEntry | undefined> {
  const { stat } = node;
  const common = { path, mode: modeOf(stat), uid: Number(stat.uid), gid: Number(stat.gid), ...(xattrs === undefined ? {} : { xattrs }) };
  if (stat.isFile()) {
    const size = Number(stat.size);
    return { ...common, type: "file", size, content: await hashFile(node.path, size) };
  }
  if (stat.isDirectory()) return { ...common, type: "directory" };
  if (stat.isSymbolicLink()) return { ...common, type: "symlink", target: bytePathFrom(readlinkSync(node.path, "buffer")) };
  if (stat.isFIFO()) return { ...common, type: "fifo" };
  if (stat.isSocket()) return undefined;
  return { ...common, type: "device", device: stat.isBlockDevice() ? "block" : "character", ...deviceParts(stat.rdev) };
}

/** Are two nodes the same to a step, times aside? Directories are compared without what is in them. */
export async function sameNode(
  a: Node & { readonly xattrs?: Readonly<Record<string, string>> | undefined },
  b: Node & { readonly xattrs?: Readonly<Record<string, string>> | undefined },
): Promise<boolean> {
  if (a.stat.mode !== b.stat.mode || a.stat.uid !== b.stat.uid || a.stat.gid !== b.stat.gid) return false;
  if (!sameAttributes(a.xattrs, b.xattrs)) return false;
  if (a.stat.isFile()) return a.stat.size === b.stat.size && (await sameContent(a.path, b.path, Number(a.stat.size)));
  if (a.stat.isSymbolicLink()) return readlinkSync(a.path, "buffer").equals(readlinkSync(b.path, "buffer"));
  return a.stat.rdev === b.stat.rdev;
}

/** Does this process decide about owners? An ordinary user's files are always its own. */
export const privileged = process.geteuid?.() === 0;

/** Makes a node like `from` at `to`, which does not exist. A directory is made empty; its times are set by whoever fills it. */
export function copyNode(from: Node, to: Buffer, xattrs: Readonly<Record<string, string>> | undefined): void {
  const { stat } = from;
  if (stat.isFile()) copyContent(from.path, to, { size: Number(stat.size), blocks: Number(stat.blocks) });
  else if (stat.isDirectory()) mkdirSync(to, 0o700);
  else if (stat.isSymbolicLink()) symlinkSync(readlinkSync(from.path, "buffer"), to);
  else native().makeNode(to, Number(stat.mode), stat.rdev);
  dress(to, {
    type: stat.isSymbolicLink() ? "symlink" : "other",
    mode: modeOf(stat),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    xattrs,
  });
  if (!stat.isDirectory()) setTimes(to, stat);
}

/** Hard-links where that is possible, else copies. For directories that nobody writes to. */
export function linkOrCopy(from: Node, to: Buffer): void {
  try {
    linkSync(from.path, to);
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || !["EXDEV", "EMLINK", "EPERM"].includes(String(error.code))) throw error;
    copyNode(from, to, readAttributes(from.path).xattrs);
  }
}

/** Gives a node its owner, mode and attributes. Changing the owner clears set-id bits, so the mode comes after it. */
export function dress(
  path: Buffer,
  as: {
    readonly type: string;
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
    readonly xattrs?: Readonly<Record<string, string>> | undefined;
  },
): void {
  if (as.type === "symlink") {
    if (privileged) lchownSync(path, as.uid, as.gid);
  } else {
    if (privileged) chownSync(path, as.uid, as.gid);
    chmodSync(path, as.mode);
  }
  writeAttributes(path, as.xattrs);
}

/** Makes a filled directory look like another one: filling it changed its times, and its mode may forbid filling it. */
export function dressLike(directory: Buffer, { path, stat }: Node): void {
  const { xattrs } = readAttributes(path);
  dress(directory, { type: "directory", mode: modeOf(stat), uid: Number(stat.uid), gid: Number(stat.gid), xattrs });
  setTimes(directory, stat);
}

/** @throws Error when nothing is there, which in a layer or view means that it is not whole. */
export function present(path: Buffer): Node {
  const stat = look(path);
  if (stat === undefined) throw new Error(`nothing is at ${path.toString("utf8")}`);
  return { path, stat };
}

export function setTimes(path: Buffer, stat: BigIntStats): void {
  native().setTimes(path, stat);
}

/** The marker that hides a lower entry. Any user may make it: it is no device. */
export function makeWhiteout(path: Buffer): void {
  native().makeNode(path, 0o020000, deviceNumber(0, 0));
}
