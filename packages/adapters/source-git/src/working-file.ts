import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, readlinkSync, type BigIntStats } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ViewMode } from "@fresco/cache-keys";
import { displayPath, bytePathFrom } from "@fresco/pipeline";
import { FrescoError } from "@fresco/ports";

/** A file of the working directory, whole. */
export interface WorkingFile {
  readonly mode: ViewMode;
  readonly content: Buffer;
}

const ATTEMPTS = 100;
/** Longer than a tick of the clock that stamps files: within one tick a second write leaves no trace in the times. */
const TICK_MS = 20;

/** The path of a file below a directory, as bytes. */
export function pathBelow(root: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, "latin1")]);
}

/**
 * Reads a file or symlink as it is at one instant: a file that changes meanwhile is read again.
 * @returns `undefined` when there is nothing that git would store (gone, a directory, a socket).
 * @throws FrescoError `source.unreadable`, or `source.unstable` when it never stands still.
 */
export async function readWorkingFile(root: string, path: string): Promise<WorkingFile | undefined> {
  const full = pathBelow(root, path);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = stamp(full);
    if (before === undefined) return undefined;
    const content = readOnce(full, before);
    const age = Date.now() - Number(before.mtimeMs);
    if (age >= 0 && age < TICK_MS) await sleep(TICK_MS - age);
    const after = stamp(full);
    if (content !== undefined && after !== undefined && same(before, after)) return { mode: modeOf(before), content };
    await sleep(Math.min(attempt, TICK_MS));
  }
  const name = displayPath(bytePathFrom(Buffer.from(path, "latin1")));
  throw new FrescoError("source.unstable", `${name} keeps changing while it is read`, {
    hint: "stop what writes it, or name it in .gitignore",
  });
}

/** Size in bytes of what would be read; 0 when there is nothing. */
export function sizeOf(root: string, path: string): number {
  return Number(stamp(pathBelow(root, path))?.size ?? 0n);
}

function stamp(path: Buffer): BigIntStats | undefined {
  try {
    const stats = lstatSync(path, { bigint: true });
    return stats.isFile() || stats.isSymbolicLink() ? stats : undefined;
  } catch (cause) {
    if (isGone(cause)) return undefined;
    throw unreadable(path, cause);
  }
}

/** `undefined`: what was there is gone or is something else by now. */
function readOnce(path: Buffer, expected: BigIntStats): Buffer | undefined {
  try {
    if (expected.isSymbolicLink()) return readlinkSync(path, "buffer");
    // Without O_NONBLOCK a FIFO that has taken the file's place would hold us for ever.
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return same(expected, fstatSync(file, { bigint: true })) ? readFileSync(file) : undefined;
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    if (isGone(cause)) return undefined;
    throw unreadable(path, cause);
  }
}

function same(a: BigIntStats, b: BigIntStats): boolean {
  return a.ino === b.ino && a.dev === b.dev && a.size === b.size && a.mode === b.mode && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs;
}

function modeOf(stats: BigIntStats): ViewMode {
  if (stats.isSymbolicLink()) return "120000";
  return (stats.mode & 0o100n) === 0n ? "100644" : "100755";
}

const GONE: ReadonlySet<unknown> = new Set(["ENOENT", "ENOTDIR", "ELOOP", "EINVAL", "ENXIO"]);

function isGone(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && GONE.has(cause.code);
}

function unreadable(path: Buffer, cause: unknown): FrescoError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new FrescoError("source.unreadable", `${path.toString("utf8")} cannot be read: ${why}`, {
    hint: "make it readable, or name it in .gitignore",
    cause,
  });
}
