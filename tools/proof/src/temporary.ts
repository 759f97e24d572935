import { mkdtempSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MEMORY = "/dev/shm";
/** What `statfs` calls a tmpfs, and how much of it must be free, in bytes. */
const TMPFS = 0x01021994;
const ENOUGH = 512 * 1024 * 1024;

/** Makes a directory for this process: in memory where that is possible, since histories make and remove many thousands of files. */
export function temporaryDirectory(name: string): string {
  return mkdtempSync(join(root(), `fresco-proof-${process.pid}-${name}-`));
}

/** Directories that this process has not removed. */
export function leftDirectories(): string[] {
  return readdirSync(root()).filter((name) => name.startsWith(`fresco-proof-${process.pid}-`));
}

/** Removes them, where a search is broken off. */
export function removeLeftDirectories(): void {
  for (const name of leftDirectories()) rmSync(join(root(), name), { recursive: true, force: true });
}

function root(): string {
  return isRoomyMemory(MEMORY) ? MEMORY : tmpdir();
}

function isRoomyMemory(directory: string): boolean {
  try {
    const { type, bavail, bsize } = statfsSync(directory);
    return type === TMPFS && bavail * bsize >= ENOUGH;
  } catch {
    return false;
  }
}
