import type { Project } from "./project.ts";

export async function copyRepository(_project: Project, _directory: string): Promise<string | undefined> {
  return undefined;
}
