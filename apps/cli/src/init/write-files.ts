import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FrescoError } from "@fresco/ports";

export interface NewFile {
  /** Relative to the project's root. */
  readonly path: string;
  readonly content: string;
}

/**
 * Writes the files.
 * @throws FrescoError `init.exists` naming every one that is there already, unless `force`; nothing was written then.
 */
export async function writeFiles(root: string, files: readonly NewFile[], force: boolean): Promise<void> {
  const existing = files.filter(({ path }) => existsSync(join(root, path))).map(({ path }) => path);
  if (existing.length > 0 && !force) {
    const list = existing.length === 1 ? `${existing[0]} exists` : `these files exist: ${existing.join(", ")}`;
    throw new FrescoError("init.exists", `Nothing was written, because ${list} already.`, {
      kind: "input",
      hint: "Pass --force to write over what exists.",
    });
  }
  for (const { path, content } of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    // Without `force` a file that appeared just now is not written over either.
    await writeFile(join(root, path), content, { flag: force ? "w" : "wx" });
  }
}
