import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Mask } from "./host-layout.ts";

/** Device nodes that a step finds in `/dev`. */
export const DEVICES = ["null", "zero", "full", "random", "urandom", "tty"];

const DEVICE_LINKS = { fd: "/proc/self/fd", stdin: "/proc/self/fd/0", stdout: "/proc/self/fd/1", stderr: "/proc/self/fd/2", ptmx: "pts/ptmx" };

/** Mount points that every root has. */
const POINTS = ["proc", "sys", "dev", "dev/shm", "dev/pts", "tmp", "run", "workspace"];

/** Something that must be there to be mounted over. Its path is relative to the root. */
export interface MountPoint {
  readonly path: string;
  readonly type: "directory" | "file";
}

/**
 * Makes the topmost directory of a root's stack: real directories and files wherever something is mounted. Being on top, they keep
 * mount(8), which runs outside the root, from following a symlink that a rootfs or a step left at one of these places.
 */
export function makeMountPoints(at: string, points: readonly MountPoint[], links: Readonly<Record<string, string>>): void {
  mkdirSync(at, { mode: 0o755 });
  for (const path of POINTS) makeDirectories(at, path);
  chmodSync(join(at, "tmp"), 0o1777);
  for (const { path, type } of points) {
    makeDirectories(at, type === "directory" ? path : dirname(path));
    if (type === "file") writeFileSync(join(at, path), "", { mode: 0o644 });
  }
  for (const device of DEVICES) writeFileSync(join(at, "dev", device), "", { mode: 0o644 });
  for (const [name, target] of Object.entries(DEVICE_LINKS)) symlinkSync(target, join(at, "dev", name));
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(at, name));
}

/** Makes the bottom of the host base's root: what programs expect at the top level, empty. */
export function makeFloor(at: string): void {
  mkdirSync(at, { mode: 0o755 });
  mkdirSync(join(at, "root"), { mode: 0o700 });
  for (const name of ["home", "mnt", "srv"]) mkdirSync(join(at, name), { mode: 0o755 });
}

/** Writes files that are shown instead of the host's. */
export function writeMasks(at: string, masks: readonly Mask[]): void {
  mkdirSync(at, { mode: 0o755 });
  for (const mask of masks) {
    const path = join(at, mask.path);
    makeDirectories(at, dirname(mask.path));
    writeFileSync(path, mask.text, { encoding: "latin1", mode: 0o600 });
    if (mask.gid !== 0 && process.geteuid?.() === 0) chownSync(path, 0, mask.gid);
    chmodSync(path, mask.mode);
  }
}

function makeDirectories(root: string, path: string): void {
  let at = root;
  for (const part of path.split("/")) {
    at = join(at, part);
    // The host's root directory stays closed to others, also where a toolchain is bound beneath it.
    mkdirSync(at, { recursive: true, mode: part === "root" && dirname(at) === root ? 0o700 : 0o755 });
  }
}
