export { ManualClock } from "./clock/manual-clock.ts";
export { PlainLayers } from "./layers/plain-layers.ts";
export { MemoryLogs } from "./logs/memory-logs.ts";
export { MemoryProcesses } from "./processes/memory-processes.ts";
export { PlainSandbox } from "./sandbox/plain-sandbox.ts";
export { MemorySource } from "./source/memory-source.ts";
export { leaveBehind, type LeftBehind } from "./store/leave-behind.ts";
export { MemoryStore } from "./store/memory-store.ts";
export { PlainWorkspaces } from "./workspaces/plain-workspaces.ts";
