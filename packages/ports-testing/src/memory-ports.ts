import { bytePath } from "@fresco/pipeline";
import { ManualClock } from "./clock/manual-clock.ts";
import { PlainLayers } from "./layers/plain-layers.ts";
import { MemoryLogs } from "./logs/memory-logs.ts";
import { MemoryProcesses } from "./processes/memory-processes.ts";
import { PlainSandbox } from "./sandbox/plain-sandbox.ts";
import { MemorySource } from "./source/memory-source.ts";
import { MemoryStore } from "./store/memory-store.ts";
import { temporaryDirectory } from "./temporary.ts";
import { PlainWorkspaces } from "./workspaces/plain-workspaces.ts";

/** A fake of every port that an engine stands on. */
export interface MemoryPorts {
  readonly source: MemorySource;
  readonly workspaces: PlainWorkspaces;
  readonly layers: PlainLayers;
  readonly sandbox: PlainSandbox;
  readonly store: MemoryStore;
  readonly logs: MemoryLogs;
  readonly clock: ManualClock;
  readonly processes: MemoryProcesses;
}

/**
 * Fakes that fit together, to be replaced one by one: `createEngine({ ...memoryPorts(), sandbox: new MySandbox() })`. `files`: the project's, by
 * path. What they need on the disk lies in temporary directories, which go with the process at the latest. The clock stands still until it is moved.
 */
export function memoryPorts(files: Readonly<Record<string, string>> = {}): MemoryPorts {
  const clock = new ManualClock();
  const source = new MemorySource(temporaryDirectory("fresco-source-"), () => clock.now());
  // What is written is there when the call returns; the promise is the interface's.
  for (const [path, content] of Object.entries(files)) void source.write(bytePath(path), content);
  const layers = new PlainLayers();
  return {
    source,
    workspaces: new PlainWorkspaces(layers),
    layers,
    sandbox: new PlainSandbox(),
    store: new MemoryStore(clock),
    logs: new MemoryLogs(clock),
    clock,
    processes: new MemoryProcesses(),
  };
}
