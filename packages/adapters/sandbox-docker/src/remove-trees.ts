import { chmodSync, lstatSync, readdirSync, type Dirent } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";

/** Removes what this user can, also what was closed to him; gives what is left. Missing ones are fine. Follows no symlink. */
export async function removeTrees(directories: readonly string[]): Promise<readonly string[]> {
  const closed = await remove(directories);
  for (const directory of closed) openOwn(directory);
  return remove(closed);
}

async function remove(directories: readonly string[]): Promise<readonly string[]> {
  const outcomes = await Promise.allSettled(directories.map((directory) => rm(directory, { recursive: true, force: true, maxRetries: 2 })));
  return directories.filter((_, index) => outcomes[index]?.status === "rejected");
}

/** An overlay's work directory is shut even to its owner, like any that a step closed. */
function openOwn(directory: string): void {
  for (const entry of ownEntries(directory)) if (entry.isDirectory()) openOwn(join(directory, entry.name));
}

/** A removal that was refused somewhere goes on elsewhere after it has said so: what was there a moment ago may be gone. */
function ownEntries(directory: string): readonly Dirent[] {
  try {
    if (lstatSync(directory).uid !== process.geteuid?.()) return [];
    chmodSync(directory, 0o700);
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
