import { createHash, hash } from "node:crypto";
import { chmodSync, closeSync, constants, copyFileSync, fstatSync, ftruncateSync, openSync, read, readSync, writeSync } from "node:fs";
import { promisify } from "node:util";
import { FrescoError } from "@fresco/ports";

/** Up to this size one read and one call of the hash is quicker than anything asynchronous. */
const SMALL = 256 * 1024;
const CHUNK = 1024 * 1024;

const readAsync = promisify(read);
const small = Buffer.allocUnsafe(SMALL);

/** SHA-256 (hex) of a regular file that is `size` bytes long. */
export async function hashFile(path: Buffer, size: number): Promise<string> {
  return size < SMALL ? hashSmall(path) : hashLarge(path);
}

function hashSmall(path: Buffer): string {
  const file = openRegular(path);
  try {
    let length = 0;
    for (let count = -1; count !== 0 && length < SMALL; length += count) count = readSync(file, small, length, SMALL - length, null);
    if (length < SMALL) return hash("sha256", small.subarray(0, length), "hex");
  } finally {
    closeSync(file);
  }
  throw new FrescoError("workspace.changed", `${path.toString("utf8")} grew while it was being read.`, {
    hint: "Something still writes to the step's files: look for a process that outlived the step.",
  });
}

/** Reads ahead on another thread while this one hashes. */
async function hashLarge(path: Buffer): Promise<string> {
  const file = openRegular(path);
  try {
    const digest = createHash("sha256");
    let [current, next] = [Buffer.allocUnsafe(CHUNK), Buffer.allocUnsafe(CHUNK)];
    let reading = readAsync(file, current, 0, CHUNK, null);
    for (let { bytesRead } = await reading; bytesRead > 0; { bytesRead } = await reading) {
      reading = readAsync(file, next, 0, CHUNK, null);
      digest.update(current.subarray(0, bytesRead));
      [current, next] = [next, current];
    }
    return digest.digest("hex");
  } finally {
    closeSync(file);
  }
}

/** Do two regular files of one size hold the same bytes? */
export async function sameContent(a: Buffer, b: Buffer, size: number): Promise<boolean> {
  if (size === 0) return true;
  const [left, right] = [openRegular(a), openRegular(b)];
  try {
    const chunk = Math.min(size, CHUNK);
    const [one, other] = [Buffer.allocUnsafe(chunk), Buffer.allocUnsafe(chunk)];
    for (let at = 0; at < size; ) {
      const [first, second] =
        size <= SMALL
          ? [readSync(left, one, 0, chunk, at), readSync(right, other, 0, chunk, at)]
          : (await Promise.all([readAsync(left, one, 0, chunk, at), readAsync(right, other, 0, chunk, at)])).map(
              (result) => result.bytesRead,
            );
      if (first === undefined || first !== second || first === 0 || one.compare(other, 0, first, 0, first) !== 0) return false;
      at += first;
    }
    return true;
  } finally {
    closeSync(left);
    closeSync(right);
  }
}

/** Copies a regular file's content to a path that does not exist: shared blocks where the file system can, holes kept. */
export function copyContent(from: Buffer, to: Buffer, stat: { readonly size: number; readonly blocks: number }): void {
  if (stat.size > CHUNK && stat.blocks * 512 < stat.size) return copySparse(from, to);
  try {
    copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  } catch (error) {
    if (!isDenied(error)) throw error;
    copySparse(from, to);
  }
}

function copySparse(from: Buffer, to: Buffer): void {
  const source = openRegular(from);
  try {
    const target = openSync(to, "wx", 0o600);
    try {
      const buffer = Buffer.allocUnsafe(64 * 1024);
      const zeros = Buffer.alloc(buffer.length);
      let at = 0;
      for (let count = -1; count !== 0; at += count) {
        count = readSync(source, buffer, 0, buffer.length, at);
        if (buffer.compare(zeros, 0, count, 0, count) !== 0) writeSync(target, buffer, 0, count, at);
      }
      ftruncateSync(target, at);
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}

/**
 * Opens what was a regular file a moment ago. A FIFO in its place would block the open, a symlink would lead out of the tree.
 * A file of this user's that denies reading is opened all the same.
 */
function openRegular(path: Buffer): number {
  const file = openOwn(path);
  const stat = fstatSync(file);
  if (stat.isFile()) return file;
  closeSync(file);
  throw new FrescoError("workspace.changed", `${path.toString("utf8")} is no longer a regular file.`);
}

const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function openOwn(path: Buffer): number {
  try {
    return openSync(path, READ);
  } catch (error) {
    if (!isDenied(error)) throw error;
    return openUnreadable(path);
  }
}

/** Changes the mode through the descriptor, so that a symlink put in the file's place changes nothing elsewhere. */
function openUnreadable(path: Buffer): number {
  const handle = openSync(path, O_PATH | constants.O_NOFOLLOW);
  try {
    const stat = fstatSync(handle);
    if (!stat.isFile()) throw new FrescoError("workspace.changed", `${path.toString("utf8")} is no longer a regular file.`);
    const same = `/proc/self/fd/${handle}`;
    chmodSync(same, (stat.mode & 0o7777) | 0o400);
    try {
      return openSync(path, READ);
    } finally {
      chmodSync(same, stat.mode & 0o7777);
    }
  } finally {
    closeSync(handle);
  }
}

/** Linux's flag for a descriptor that stands for a file without opening it; Node has no constant for it. */
const O_PATH = 0o10000000;

function isDenied(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EACCES";
}
