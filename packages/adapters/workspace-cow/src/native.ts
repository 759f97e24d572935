import { createRequire } from "node:module";
import { FrescoError } from "@fresco/ports";

/** The system calls that Node does not offer. Paths are raw bytes. */
export interface Native {
  /** Names of a node's extended attributes; never follows a symlink. */
  listXattrs(path: Buffer): string[];
  getXattr(path: Buffer, name: string): Buffer | undefined;
  setXattr(path: Buffer, name: string, value: Buffer): void;
  removeXattr(path: Buffer, name: string): void;
  /** Makes a FIFO or a device; `device` is what {@link deviceNumber} gives. */
  makeNode(path: Buffer, mode: number, device: bigint): void;
  /** Sets the times of a node, which may be a symlink, to the nanosecond. */
  setTimes(path: Buffer, times: { readonly atimeNs: bigint; readonly mtimeNs: bigint }): void;
  /** Writes everything that the file system of an open descriptor still holds in memory. Runs on a thread of its own. */
  syncFileSystem(descriptor: number): Promise<void>;
}

type PathCall<Rest extends unknown[]> = (path: Buffer, ...rest: Rest) => number;

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;

let loaded: Native | undefined;

/** Loads the calls on first use, since the library costs several milliseconds of start-up. Linux only. */
export function native(): Native {
  loaded ??= load();
  return loaded;
}

function load(): Native {
  const koffi = loadKoffi();
  // The running executable's own symbols: the C library is among them whatever it is called (glibc or musl).
  const c = koffi.load(null);
  const llistxattr: PathCall<[Buffer | null, number]> = c.func("long llistxattr(const uint8_t *path, uint8_t *list, size_t size)");
  const lgetxattr: PathCall<[Buffer, Buffer | null, number]> = c.func(
    "long lgetxattr(const uint8_t *path, const uint8_t *name, uint8_t *value, size_t size)",
  );
  const lsetxattr: PathCall<[Buffer, Buffer, number, number]> = c.func(
    "int lsetxattr(const uint8_t *path, const uint8_t *name, const uint8_t *value, size_t size, int flags)",
  );
  const lremovexattr: PathCall<[Buffer]> = c.func("int lremovexattr(const uint8_t *path, const uint8_t *name)");
  const utimensat: (directory: number, path: Buffer, times: Buffer, flags: number) => number = c.func(
    "int utimensat(int directory, const uint8_t *path, const uint8_t *times, int flags)",
  );
  const syncfs = c.func("int syncfs(int descriptor)");
  let mknod: PathCall<[number, bigint]> | undefined;

  const checked = (call: string, path: Buffer, result: number): number => {
    if (result >= 0) return result;
    throw new SystemCallError(call, path, koffi.errno());
  };
  return {
    listXattrs(path) {
      const zero = terminated(path);
      let list = xattrBuffer;
      let length = llistxattr(zero, list, list.length);
      if (length < 0 && koffi.errno() === koffi.os.errno["ERANGE"]) {
        list = Buffer.alloc(65_536);
        length = llistxattr(zero, list, list.length);
      }
      if (length < 0 && koffi.errno() === koffi.os.errno["ENOTSUP"]) return [];
      checked("llistxattr", path, length);
      return length === 0 ? [] : list.toString("latin1", 0, length - 1).split("\0");
    },
    getXattr(path, name) {
      const value = Buffer.allocUnsafe(65_536);
      const length = lgetxattr(terminated(path), terminated(Buffer.from(name, "latin1")), value, value.length);
      if (length < 0 && koffi.errno() === koffi.os.errno["ENODATA"]) return undefined;
      return Buffer.from(value.subarray(0, checked("lgetxattr", path, length)));
    },
    setXattr(path, name, value) {
      checked("lsetxattr", path, lsetxattr(terminated(path), terminated(Buffer.from(name, "latin1")), value, value.length, 0));
    },
    removeXattr(path, name) {
      checked("lremovexattr", path, lremovexattr(terminated(path), terminated(Buffer.from(name, "latin1"))));
    },
    makeNode(path, mode, device) {
      mknod ??= loadMknod(c);
      checked("mknod", path, mknod(terminated(path), mode, device));
    },
    setTimes(path, { atimeNs, mtimeNs }) {
      const times = Buffer.alloc(32);
      times.writeBigInt64LE(atimeNs / 1_000_000_000n, 0);
      times.writeBigInt64LE(atimeNs % 1_000_000_000n, 8);
      times.writeBigInt64LE(mtimeNs / 1_000_000_000n, 16);
      times.writeBigInt64LE(mtimeNs % 1_000_000_000n, 24);
      checked("utimensat", path, utimensat(AT_FDCWD, terminated(path), times, AT_SYMLINK_NOFOLLOW));
    },
    syncFileSystem(descriptor) {
      return new Promise((resolve, reject) => {
        syncfs.async(descriptor, (error: unknown, result: unknown) => {
          if (error !== null && error !== undefined) reject(error);
          else if (result === 0) resolve();
          else reject(new SystemCallError("syncfs", Buffer.from(String(descriptor)), 0));
        });
      });
    },
  };
}

/** glibc before 2.33 has no `mknod` symbol, only the versioned call that its header used. */
function loadMknod(c: import("koffi").LibraryHandle): PathCall<[number, bigint]> {
  try {
    const mknod: PathCall<[number, bigint]> = c.func("int mknod(const uint8_t *path, uint32_t mode, uint64_t device)");
    return mknod;
  } catch {
    const versioned: (version: number, path: Buffer, mode: number, device: bigint[]) => number = c.func(
      "int __xmknod(int version, const uint8_t *path, uint32_t mode, uint64_t *device)",
    );
    return (path, mode, device) => versioned(0, path, mode, [device]);
  }
}

/** A device's numbers as the C library packs them. */
export function deviceNumber(major: number, minor: number): bigint {
  const [high, low] = [BigInt(major), BigInt(minor)];
  return ((high & 0xfffn) << 8n) | (low & 0xffn) | ((low & ~0xffn) << 12n) | ((high & ~0xfffn) << 32n);
}

/** The inverse of {@link deviceNumber}. */
export function deviceParts(device: bigint): { readonly major: number; readonly minor: number } {
  return {
    major: Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn)),
    minor: Number((device & 0xffn) | ((device >> 12n) & ~0xffn)),
  };
}

/** A failed system call. `errno` is the platform's number. */
class SystemCallError extends Error {
  readonly errno: number;

  constructor(call: string, path: Buffer, errno: number) {
    super(`${call} failed with errno ${errno} at ${path.toString("utf8")}`);
    this.errno = errno;
  }
}

const xattrBuffer = Buffer.alloc(4096);

function terminated(bytes: Buffer): Buffer {
  const result = Buffer.alloc(bytes.length + 1);
  bytes.copy(result);
  return result;
}

type Koffi = typeof import("koffi");

/** Synchronously, since captures are made of synchronous calls. */
function loadKoffi(): Koffi {
  let cause: unknown;
  try {
    const library: unknown = createRequire(import.meta.url)("koffi");
    if (isKoffi(library)) return library;
  } catch (error) {
    cause = error;
  }
  throw new FrescoError("workspace.native", "The library for system calls (koffi) could not be loaded.", {
    hint: "Install the packages again on this machine: the library has a part of its own for each platform.",
    cause,
  });
}

function isKoffi(library: unknown): library is Koffi {
  return typeof library === "object" && library !== null && "load" in library && typeof library.load === "function";
}
