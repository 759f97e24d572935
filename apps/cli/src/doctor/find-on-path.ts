import { accessSync, constants } from "node:fs";
import { join } from "node:path";

/** The first of these directories' programs with this name, absolute. */
export function findOnPath(name: string, directories: readonly string[]): string | undefined {
  return directories
    .filter((directory) => directory.startsWith("/"))
    .map((directory) => join(directory, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
