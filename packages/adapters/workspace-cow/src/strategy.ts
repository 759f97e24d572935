import type { WorkspaceStrategy } from "@fresco/ports";

export async function detectStrategy(_state: string): Promise<WorkspaceStrategy> {
  return { overlay: process.platform === "linux", directory: "copy", reasons: {} };
}
