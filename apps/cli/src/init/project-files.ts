import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { FrescoError } from "@fresco/ports";

/** What `fresco init` looks at of a project. Paths are relative to its root. */
export interface ProjectFiles {
  has(path: string): boolean;
  isDirectory(path: string): boolean;
  /** The file's text; `undefined` when there is none. */
  read(path: string): string | undefined;
  /** The file as a JSON object; `undefined` when there is none. @throws FrescoError `init.unreadable`. */
  object(path: string): Readonly<Record<string, unknown>> | undefined;
  /** Is there a file that matches? Looks into no folder of dependencies. */
  any(glob: string): boolean;
}

/** The files of a project on the disk. */
export function projectFiles(root: string): ProjectFiles {
  const read = (path: string): string | undefined => (isFile(join(root, path)) ? readFileSync(join(root, path), "utf8") : undefined);
  return {
    has: (path) => existsSync(join(root, path)),
    isDirectory: (path) => statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() ?? false,
    read,
    object: (path) => parseObject(path, read(path)),
    any: (glob) => globSync(glob, { cwd: root, exclude: (name) => DEPENDENCIES.has(name) }).length > 0,
  };
}

const DEPENDENCIES = new Set(["node_modules", ".venv", "venv", ".git", "target", "vendor"]);

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function parseObject(path: string, text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    // npm accepts a byte order mark, so projects have one.
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw unreadable(path, cause);
  }
  if (!isRecord(value)) throw unreadable(path, undefined);
  return value;
}

function unreadable(path: string, cause: unknown): FrescoError {
  return new FrescoError("init.unreadable", `${path} is no JSON object.`, {
    kind: "input",
    hint: "Correct it, then run `fresco init` again.",
    cause,
  });
}

/** Is it an object with string keys, no list? */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
