import { posix } from "node:path";
import type { ProjectFiles } from "./project-files.ts";

/** Files that developers of a project install together. */
const ENTRIES = ["requirements.txt", "requirements-dev.txt", "requirements-test.txt", "dev-requirements.txt", "requirements/dev.txt"];

export interface Requirements {
  /** What pip is pointed at. */
  readonly entries: readonly string[];
  /** These, and every file and folder of the project that they name: other requirements, constraints, local wheels. */
  readonly paths: readonly string[];
}

/** The requirements files of a project. */
export function requirementFiles(project: ProjectFiles): Requirements {
  const entries = ENTRIES.filter((file) => project.has(file));
  const paths = new Set<string>();
  for (const entry of entries) follow(project, entry, paths);
  return { entries, paths: [...paths] };
}

/** All lines of them. */
export function requirementText(project: ProjectFiles): string {
  return requirementFiles(project)
    .paths.filter((path) => path.endsWith(".txt") || path.endsWith(".in"))
    .map((path) => project.read(path) ?? "")
    .join("\n");
}

function follow(project: ProjectFiles, file: string, paths: Set<string>): void {
  if (paths.has(file)) return;
  paths.add(file);
  for (const line of (project.read(file) ?? "").split(/\r?\n/)) {
    const nested = /^\s*(?:-r|-c|--requirement|--constraint)[\s=]+(\S+)/.exec(line)?.[1];
    // pip takes nested files relative to the one that names them, and everything else relative to where it runs.
    if (nested !== undefined) visit(project, posix.join(posix.dirname(file), nested), paths);
    const local = /^\s*(?:(?:-f|--find-links|-e|--editable)[\s=]+)?((?:\.{1,2}\/)?[^\s;#:[]+)/.exec(line)?.[1];
    if (local !== undefined && /[/]|\.whl$|^\.$/.test(local)) visit(project, posix.normalize(local), paths);
    const links = /^\s*(?:-f|--find-links)[\s=]+(\S+)/.exec(line)?.[1];
    if (links !== undefined) visit(project, posix.normalize(links), paths);
  }
}

function visit(project: ProjectFiles, path: string, paths: Set<string>): void {
  const inside = path.replace(/\/$/, "");
  if (inside.startsWith("..") || inside.startsWith("/") || !project.has(inside)) return;
  if (project.isDirectory(inside)) paths.add(inside);
  else follow(project, inside, paths);
}
