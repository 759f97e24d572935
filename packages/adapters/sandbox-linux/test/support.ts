import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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

/** Makes a small system of some of the host's programs and their libraries. */
export function copyPrograms(programs: readonly string[], to: string): void {
  const libraries = programs.flatMap((program) => execFileSync("ldd", [program], { encoding: "utf8" }).match(/\/\S+/g) ?? []);
  for (const file of new Set([...programs, ...libraries])) {
    mkdirSync(join(to, dirname(file)), { recursive: true });
    copyFileSync(file, join(to, file));
  }
}
