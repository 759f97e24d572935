import { mkdirSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";

/** Makes a step's working directory. `undefined`: symlinks lead it out of the workspace. */
export function workingDirectory(workspace: string, cwd: string): string | undefined {
  const root = realpathSync(workspace);
  let at = root;
  for (const part of cwd.split("/").filter((name) => name !== "" && name !== ".")) {
    mkdirSync(join(at, part), { recursive: true });
    at = realpathSync(join(at, part));
    if (at !== root && !at.startsWith(root + sep)) return undefined;
  }
  return at;
}
