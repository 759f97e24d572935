export type { Clock } from "./clock.ts";
export { FrescoError } from "./error.ts";
export type { Baseline, CapturedLayer, CaptureOptions, Changes, LayerRef, Layers } from "./layers.ts";
export type { LogPosition, LogRecord, Logs, LogWriter } from "./logs.ts";
export type { OutputPipe, Pipes } from "./pipes.ts";
export type { Processes, ProcessIdentity } from "./processes.ts";
export type { BaseIdentity, LeftStep, RunningStep, Sandbox, SandboxCapabilities, StepExit, StepRequest } from "./sandbox.ts";
export type { FrozenSource, MaterialisedView, Source, View } from "./source.ts";
export type {
  CompleteDirectory,
  Directory,
  DirectoryKind,
  DirectoryStore,
  Entry,
  EntryStore,
  GoneOwner,
  JobRecord,
  NewEntry,
  NewRun,
  Owner,
  OwnerFacts,
  OwnerStore,
  PipelineStore,
  RunRecord,
  RunStore,
  Store,
  StoredEvent,
  StoredLayer,
} from "./store.ts";
export type {
  StackedLayer,
  StrategyName,
  Workspace,
  WorkspaceDescription,
  Workspaces,
  WorkspaceSpec,
  WorkspaceStrategy,
} from "./workspaces.ts";
