export { logsContract, MemoryLogs } from "./logs/index.ts";
export { layersContract, PlainLayers } from "./layers/index.ts";
export { PlainWorkspaces, workspacesContract, type WorkspacesSubject } from "./workspaces/index.ts";
export { leaveBehind, MemoryStore, storeContract, type LeftBehind, type StoreSubject } from "./store/index.ts";
