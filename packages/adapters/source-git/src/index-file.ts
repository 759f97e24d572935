import { createHash } from "node:crypto";

/** An entry of git's index that can stand in an index of version 2. */
export interface IndexEntry {
  /** Byte path. */
  readonly path: string;
  /** As `lstat` said it when git last looked, modulo 2^32. */
  readonly size: number;
  /** Hex. */
  readonly object: string;
  /** The fixed part: times, device, inode, mode, owner, size, object. */
  readonly facts: Buffer;
}

const FIXED = 60;
const REGULAR = 0o100000;
const SYMLINK = 0o120000;
const TYPE = 0o170000;

/**
 * Reads an index (versions 2 to 4, SHA-1). Left out: unmerged entries, submodules, the directories of a sparse index, and what was only
 * announced by `git add -N`. The bits that keep git from looking at a file (assume-unchanged, skip-worktree) are not in the result.
 * @returns `undefined` when it is damaged or is not complete in itself (a split index).
 */
export function parseIndex(bytes: Buffer): readonly IndexEntry[] | undefined {
  const end = bytes.length - 20;
  if (end < 12 || bytes.toString("latin1", 0, 4) !== "DIRC" || !isIntact(bytes, end)) return undefined;
  const version = bytes.readUInt32BE(4);
  if (version < 2 || version > 4) return undefined;
  const entries: IndexEntry[] = [];
  let at = 12;
  let path = "";
  for (let count = bytes.readUInt32BE(8); count > 0; count -= 1) {
    const flags = bytes.readUInt16BE(at + FIXED);
    const isExtended = version >= 3 && (flags & 0x4000) !== 0;
    const isAnnounced = isExtended && (bytes.readUInt16BE(at + FIXED + 2) & 0x2000) !== 0;
    const name = readName(bytes, at, at + FIXED + (isExtended ? 4 : 2), version === 4 ? path : undefined);
    path = name.path;
    const type = bytes.readUInt32BE(at + 24) & TYPE;
    if ((type === REGULAR || type === SYMLINK) && (flags & 0x3000) === 0 && !isAnnounced) entries.push(entryAt(bytes, at, path));
    at = name.next;
  }
  return hasExtension(bytes, at, end, "link") ? undefined : entries;
}

/** Writes an index of version 2 without extensions. The entries must be sorted, as {@link parseIndex} gives them. */
export function formatIndex(entries: readonly IndexEntry[]): Buffer {
  const header = Buffer.alloc(12);
  header.write("DIRC", "latin1");
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(entries.length, 8);
  const parts = entries.map(({ path, facts }) => {
    // Padded with one to eight NULs to a multiple of eight.
    const part = Buffer.alloc((FIXED + 2 + path.length + 8) & ~7);
    facts.copy(part);
    part.writeUInt16BE(Math.min(path.length, 0xfff), FIXED);
    part.write(path, FIXED + 2, "latin1");
    return part;
  });
  const body = Buffer.concat([header, ...parts]);
  return Buffer.concat([body, createHash("sha1").update(body).digest()]);
}

function entryAt(bytes: Buffer, at: number, path: string): IndexEntry {
  return {
    path,
    size: bytes.readUInt32BE(at + 36),
    object: bytes.toString("hex", at + 40, at + 60),
    facts: bytes.subarray(at, at + FIXED),
  };
}

/** @param previous The path before, which version 4 builds on. */
function readName(
  bytes: Buffer,
  entry: number,
  start: number,
  previous: string | undefined,
): { readonly path: string; readonly next: number } {
  if (previous === undefined) {
    const end = bytes.indexOf(0, start);
    return { path: bytes.toString("latin1", start, end), next: entry + ((end - entry + 8) & ~7) };
  }
  let at = start;
  let byte = bytes.readUInt8(at++);
  let strip = byte & 0x7f;
  while ((byte & 0x80) !== 0) {
    byte = bytes.readUInt8(at++);
    strip = ((strip + 1) << 7) | (byte & 0x7f);
  }
  const end = bytes.indexOf(0, at);
  return { path: previous.slice(0, previous.length - strip) + bytes.toString("latin1", at, end), next: end + 1 };
}

/** A checksum of zeros is that of a git told not to compute one. */
function isIntact(bytes: Buffer, end: number): boolean {
  const checksum = bytes.subarray(end);
  return checksum.every((byte) => byte === 0) || createHash("sha1").update(bytes.subarray(0, end)).digest().equals(checksum);
}

function hasExtension(bytes: Buffer, start: number, end: number, name: string): boolean {
  for (let at = start; at + 8 <= end; at += 8 + bytes.readUInt32BE(at + 4)) if (bytes.toString("latin1", at, at + 4) === name) return true;
  return false;
}
