import type { Layers, Processes, Sandbox } from "@fresco/ports";
import { FifoPipes } from "@fresco/process-node";
import { HostSandbox } from "@fresco/sandbox-host";
import { LinuxSandbox } from "@fresco/sandbox-linux";
import type { SandboxChoice } from "./sandbox-choice.ts";

export interface SandboxParts {
  readonly layers: Layers;
  readonly processes: Processes;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Directories that no isolated step may see. */
  readonly hidden: readonly string[];
}

export function makeSandbox(choice: SandboxChoice, parts: SandboxParts): Sandbox {
  const kind = choice === "auto" ? (process.platform === "linux" ? "linux" : "host") : choice;
  const { layers, processes, environment, hidden } = parts;
  const pipes = new FifoPipes();
  return kind === "linux"
    ? new LinuxSandbox({ layers, processes, pipes, hidden, environment })
    : new HostSandbox({ processes, pipes, environment });
}

/** A sandbox for a run that is about to start: what it has to find out first, it begins to find out now. */
export function makeSandboxForRun(choice: SandboxChoice, parts: SandboxParts): Sandbox {
  const sandbox = makeSandbox(choice, parts);
  if (sandbox instanceof LinuxSandbox) sandbox.anticipate();
  return sandbox;
}

/** One of each kind that could have left something on this platform. */
export function everySandbox(parts: SandboxParts): readonly Sandbox[] {
  const kinds: readonly SandboxChoice[] = process.platform === "linux" ? ["linux", "host"] : ["host"];
  return kinds.map((kind) => makeSandbox(kind, parts));
}
