export type { Engine, EnginePorts, JobResult, Plan, PlannedStep, Run, RunOptions, RunResult } from "./api.ts";
export { createEngine, type EngineOptions } from "./engine.ts";
export type { OutputChunk } from "./event-stream.ts";
export { allSandboxes, discardIn, type SandboxPorts } from "./sandboxes.ts";
export { reclaim, type ReclaimPorts } from "./reclaim.ts";
