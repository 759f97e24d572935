export { logsContract, MemoryLogs } from "./logs/index.ts";
export { layersContract, PlainLayers } from "./layers/index.ts";
export { PlainWorkspaces, Steps, workspacesContract, type Laid, type WorkspacesSubject } from "./workspaces/index.ts";
export { leaveBehind, MemoryStore, someFields, storeContract, type LeftBehind, type StoreSubject } from "./store/index.ts";
export { clockContract, ManualClock, type ClockSubject } from "./clock/index.ts";
export { MemoryProcesses, processesContract, type ProcessesSubject } from "./processes/index.ts";
export { PlainSandbox, Rig, sandboxContract, type SandboxSubject } from "./sandbox/index.ts";
