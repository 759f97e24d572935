import { existsSync } from "node:fs";
import type { SandboxPorts } from "@fresco/engine";
import type { Layers, Processes, Sandbox } from "@fresco/ports";
import { FifoPipes } from "@fresco/process-node";
import { chooseEndpoint, DockerSandbox } from "@fresco/sandbox-docker";
import { HostSandbox } from "@fresco/sandbox-host";
import { LinuxSandbox, type LinuxSandboxOptions } from "@fresco/sandbox-linux";
import type { PullChoice, SandboxChoice } from "./sandbox-choice.ts";

export interface SandboxParts {
  readonly layers: Layers;
  readonly processes: Processes;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Directories that no isolated step may see. */
  readonly hidden: readonly string[];
  /** Images that were unpacked for the Linux sandbox. @default none */
  readonly images?: LinuxSandboxOptions["images"];
  /** What the store is called in a Docker Engine; asked for once something is there. */
  readonly store: () => string;
  /** @default "missing" */
  readonly pull?: PullChoice;
}

/** Where steps run, by this choice. */
export function makeSandboxes(choice: SandboxChoice, parts: SandboxParts): SandboxPorts {
  switch (choice) {
    case "linux":
      return { sandbox: linux(parts) };
    case "host":
      return { sandbox: host(parts) };
    case "docker":
      return { sandbox: docker(parts) };
    case "auto":
      return { sandbox: process.platform === "linux" ? linux(parts) : host(parts), imageSandbox: docker(parts) };
  }
}

/** Sandboxes for a run that is about to start: what they have to find out first, they begin to find out now. */
export function makeSandboxesForRun(choice: SandboxChoice, parts: SandboxParts): SandboxPorts {
  const sandboxes = makeSandboxes(choice, parts);
  if (sandboxes.sandbox instanceof LinuxSandbox) sandboxes.sandbox.anticipate();
  return sandboxes;
}

/** Without an Engine, images that were unpacked serve in its place. */
export function withoutEngine({ sandbox }: SandboxPorts, environment: SandboxParts["environment"]): SandboxPorts | undefined {
  const { address } = chooseEndpoint(environment);
  return address.type === "unix" && !existsSync(address.path) ? { sandbox } : undefined;
}

/** One of each kind that could have left something on this platform; that of images first, since only its Engine may remove what is there. */
export function everySandbox(parts: SandboxParts): readonly Sandbox[] {
  return [docker(parts), ...(process.platform === "linux" ? [linux(parts)] : []), host(parts)];
}

function linux({ layers, processes, hidden, environment, images }: SandboxParts): LinuxSandbox {
  return new LinuxSandbox({ layers, processes, pipes: new FifoPipes(), hidden, environment, ...(images === undefined ? {} : { images }) });
}

function host({ processes, environment }: SandboxParts): HostSandbox {
  return new HostSandbox({ processes, pipes: new FifoPipes(), environment });
}

function docker({ environment, store, pull = "missing" }: SandboxParts): DockerSandbox {
  return new DockerSandbox({
    endpoint: () => chooseEndpoint(environment),
    store,
    pull,
    environment,
    onProgress: (text) => process.stderr.write(`note: ${text}\n`),
  });
}

/** What a store is called in an Engine: a word that tells nothing of it and that no other store has. */
export function storeName(seal: (value: string) => string): string {
  return seal("docker engine").slice(0, 16);
}
