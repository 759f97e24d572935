import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SandboxSubject } from "@fresco/ports-testing/contracts";
import { FifoPipes, NodeProcesses } from "@fresco/process-node";
import { LinuxSandbox } from "../src/index.ts";
import type { LinuxSandboxOptions } from "../src/index.ts";
import { UpperLayers } from "./upper-layers.ts";

/** A sandbox and a directory for it, which goes with what steps left in it. */
export async function openSandbox(options: Partial<LinuxSandboxOptions> = {}): Promise<SandboxSubject & AsyncDisposable> {
  const directory = await mkdtemp(join(tmpdir(), "fresco-linux-"));
  const sandbox = new LinuxSandbox({
    layers: new UpperLayers(),
    processes: new NodeProcesses(),
    pipes: new FifoPipes(),
    hidden: [],
    environment: {},
    ...options,
  });
  return { sandbox, directory, [Symbol.asyncDispose]: () => sandbox.discard([directory]) };
}
