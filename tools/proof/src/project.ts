import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SourceEdit } from "./generate/recipe.ts";

/** Makes the user's project: a git repository without commits. */
export function createProject(directory: string): void {
  mkdirSync(directory, { recursive: true });
  execFileSync("git", ["init", "-q", directory]);
}

/** Does to the project's files what a user might do; an edit that is impossible as things stand does nothing. */
export function applyEdit(project: string, edit: SourceEdit): void {
  switch (edit.type) {
    case "write":
      writeFileSync(cleared(project, edit.path), `${edit.text}\n`);
      return;
    case "append":
      if (isFile(join(project, edit.path))) appendFileSync(join(project, edit.path), `${edit.text}\n`);
      return;
    case "touch":
      if (isFile(join(project, edit.path))) utimesSync(join(project, edit.path), new Date(), new Date());
      return;
    case "delete":
      if (isReachable(project, edit.path)) rmSync(join(project, edit.path), { recursive: true, force: true });
      return;
    case "to-directory":
      writeFileSync(cleared(project, `${edit.path}/inner`), "inner\n");
      return;
    case "mkdir":
      if (isReachable(project, edit.path)) mkdirSync(join(project, edit.path), { recursive: true });
      return;
    case "rename":
      if (edit.from !== edit.to && isReachable(project, edit.from) && exists(join(project, edit.from))) {
        renameSync(join(project, edit.from), cleared(project, edit.to));
      }
      return;
    case "chmod":
      if (isFile(join(project, edit.path))) chmodSync(join(project, edit.path), edit.mode);
      return;
    case "symlink":
      symlinkSync(edit.target, cleared(project, edit.path));
      return;
    case "ignore":
      if (edit.file !== "dir/.gitignore" || lstatSync(join(project, "dir"), { throwIfNoEntry: false })?.isDirectory()) {
        appendFileSync(join(project, edit.file), `${edit.pattern}\n`);
      }
      return;
    case "track":
      execFileSync("git", ["-C", project, "add", "-A"]);
      return;
    case "no-change":
      return;
  }
}

/** The absolute path with nothing there, and directories above it. */
function cleared(project: string, path: string): string {
  const absolute = join(project, path);
  const parent = dirname(path);
  if (parent !== "." && !lstatSync(join(project, parent), { throwIfNoEntry: false })?.isDirectory()) mkdirSync(cleared(project, parent));
  rmSync(absolute, { recursive: true, force: true });
  return absolute;
}

/** Nothing is edited through a symlink. */
function isReachable(project: string, path: string): boolean {
  const parent = dirname(path);
  return (
    parent === "." || (isReachable(project, parent) && lstatSync(join(project, parent), { throwIfNoEntry: false })?.isDirectory() === true)
  );
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
