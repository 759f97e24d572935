export { CowLayers } from "./layers.ts";
export { CowWorkspaces } from "./workspaces.ts";
