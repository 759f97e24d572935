import { chmodSync, closeSync, fchmodSync, lutimesSync, mkdirSync, openSync, symlinkSync, writeFileSync } from "node:fs";
import { readBlobs } from "./blobs.ts";
import type { GitContext } from "./git.ts";
import type { TreeFile } from "./manifest.ts";
import { pathBelow } from "./working-file.ts";

/** So many files' contents are in memory at once. */
const BATCH = 500;

/** Writes files and the directories above them, with their times. @returns The bytes written. */
export async function writeFiles(objects: string, git: GitContext, files: readonly TreeFile[], directory: string): Promise<number> {
  const made = new Set<string>();
  let bytes = 0;
  for (let at = 0; at < files.length; at += BATCH) {
    const batch = files.slice(at, at + BATCH);
    const contents = await readBlobs(
      objects,
      git,
      batch.map(({ object }) => object),
    );
    for (const [index, file] of batch.entries()) {
      const content = contents[index] ?? Buffer.alloc(0);
      makeDirectories(directory, file.path, made);
      writeOne(directory, file, content);
      bytes += content.length;
    }
  }
  return bytes;
}

/** Makes the directories above a path, mode 0755 whatever the umask is. */
export function makeDirectories(root: string, path: string, made: Set<string>): void {
  const slash = path.lastIndexOf("/");
  const directory = slash < 0 ? "" : path.slice(0, slash);
  if (directory === "" || made.has(directory)) return;
  makeDirectories(root, directory, made);
  const full = pathBelow(root, directory);
  mkdirSync(full, { recursive: true });
  chmodSync(full, 0o755);
  made.add(directory);
}

/** The directory that holds the files, visible to any user that a step runs as. */
export function makeRoot(root: string): void {
  mkdirSync(root, { recursive: true });
  chmodSync(root, 0o755);
}

function writeOne(root: string, { path, mode, time }: TreeFile, content: Buffer): void {
  const full = pathBelow(root, path);
  if (mode === "120000") symlinkSync(content, full);
  else {
    const file = openSync(full, "wx");
    try {
      writeFileSync(file, content);
      fchmodSync(file, mode === "100755" ? 0o755 : 0o644);
    } finally {
      closeSync(file);
    }
  }
  lutimesSync(full, time / 1000, time / 1000);
}
