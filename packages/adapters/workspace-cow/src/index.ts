export { exportOutputs, type ExportOptions, type ExportProblem, type ExportResult } from "./export-outputs.ts";
export { CowLayers } from "./layers.ts";
export { CowWorkspaces } from "./workspaces.ts";
