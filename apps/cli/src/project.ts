import { statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { FrescoError } from "@fresco/ports";

/** The directory that holds `.fresco`, found upwards like `.git`. */
export function findProject(from: string): string {
  const start = resolve(from);
  for (let directory = start; ; directory = dirname(directory)) {
    if (isDirectory(join(directory, ".fresco"))) return directory;
    if (dirname(directory) === directory) break;
  }
  if (!isDirectory(start)) throw new FrescoError("project.missing", `${start} is no directory`, { kind: "input" });
  throw new FrescoError("project.none", `there is no .fresco directory in ${start} or above it`, {
    kind: "input",
    hint: "`fresco init` writes a first pipeline; `-C DIR` names another project",
  });
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
