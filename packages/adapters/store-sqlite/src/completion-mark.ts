import { readFileSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";

/** A file inside a directory of the store that says: everything that belongs here is here. It names the directory, so that a copy elsewhere says nothing. */
const NAME = "complete";

export interface Marked {
  readonly id: string;
  /** Absolute. */
  readonly path: string;
  /** What the directory was complete with: a layer's digest, a tree's note. */
  readonly content: string;
}

/** Writes the mark through to the disk; what it vouches for must be there already. */
export async function writeMark(directory: Marked): Promise<void> {
  await using file = await open(join(directory.path, NAME), "w", 0o600);
  await file.writeFile(text(directory));
  await file.datasync();
}

/** Is the directory there, with its mark? */
export function hasMark(directory: Marked): boolean {
  try {
    return readFileSync(join(directory.path, NAME), "utf8") === text(directory);
  } catch {
    // Whatever the reason: a layer that cannot be verified is a miss (law 6).
    return false;
  }
}

export function removeMark(path: string): void {
  rmSync(join(path, NAME), { force: true });
}

function text(directory: Marked): string {
  return `${directory.id} ${directory.content}\n`;
}
