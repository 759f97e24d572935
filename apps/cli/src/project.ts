import { statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { FrescoError } from "@fresco/ports";

/** The directory that holds `.fresco`, found upwards like `.git`. @throws FrescoError `project.none`, `project.missing`. */
export function findProject(from: string): string {
  const found = projectAround(from);
  if (found !== undefined) return found;
  const start = resolve(from);
  if (!isDirectory(start)) throw new FrescoError("project.missing", `${start} is no directory`, { kind: "input" });
  throw new FrescoError("project.none", `there is no .fresco directory in ${start} or above it`, {
    kind: "input",
    hint: "`fresco init` writes a first pipeline; `-C DIR` names another project",
  });
}

/** The same for commands that also make sense outside a project. */
export function projectAround(from: string): string | undefined {
  for (let directory = resolve(from); ; directory = dirname(directory)) {
    if (isDirectory(join(directory, ".fresco"))) return directory;
    if (dirname(directory) === directory) return undefined;
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
