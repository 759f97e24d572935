import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Is anything in this tree another user's? What cannot be looked into is. Follows no symlink. */
export function hasForeign(directory: string, uid: number): boolean {
  try {
    return readdirSync(directory, { withFileTypes: true }).some((entry) => {
      const path = join(directory, entry.name);
      if (lstatSync(path).uid !== uid) return true;
      return entry.isDirectory() && hasForeign(path, uid);
    });
  } catch {
    return true;
  }
}
