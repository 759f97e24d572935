import { basename } from "node:path";
import type { Project } from "./project.ts";

/** What a materialised tree's row says about it: `source <project> <tree> whole` or `source <project> <tree> over <id of the base>`. */
export interface TreeNote {
  readonly tree: string;
  /** The directory beneath; `undefined`: it stands alone. */
  readonly base: string | undefined;
}

/** How the notes of a project's trees begin. */
export function projectNote(project: Project): string {
  return `source ${basename(project.directory)} `;
}

/** How the notes of all directories that show this tree begin. */
export function treeNote(project: Project, tree: string): string {
  return `${projectNote(project)}${tree} `;
}

export function formatNote(project: Project, { tree, base }: TreeNote): string {
  return `${treeNote(project, tree)}${base === undefined ? "whole" : `over ${base}`}`;
}

export function parseNote(note: string): TreeNote | undefined {
  const [kind, , tree, relation, base] = note.split(" ");
  return kind === "source" && tree !== undefined && relation !== undefined ? { tree, base } : undefined;
}
