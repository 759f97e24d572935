import type { KeyFields } from "@fresco/cache-keys";
import { bytePath, IR_VERSION, type IR } from "@fresco/pipeline";
import type { Directory, NewEntry, Owner, ProcessIdentity, Store, StoredLayer } from "@fresco/ports";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Any process; nothing is signalled in these tests. */
export const someProcess: ProcessIdentity = {
  pid: 4_711,
  startTime: "12",
  bootId: "boot",
  machineId: "machine",
  pidNamespace: "4026531836",
};

export function someIR(pipeline = "ci"): IR {
  return { version: IR_VERSION, pipeline, env: {}, base: { type: "host" }, toolchains: [], steps: [] };
}

export function someFields(command = "make"): KeyFields {
  return {
    sandbox: { kind: "host", capabilities: [], workspace: "/workspace" },
    base: "base",
    layers: { system: [], workspace: [] },
    command,
    shell: ["/bin/sh", "-e"],
    cwd: ".",
    env: {},
    secrets: {},
    outputs: null,
    options: { user: null, network: null, mounts: [], resources: { cpus: null, memory: null } },
    values: [],
    inherited: {},
    view: [{ path: bytePath("a.txt"), mode: "100644", object: "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391" }],
  };
}

export async function openOwner(store: Store): Promise<Owner> {
  return store.owners.open({ process: someProcess, startedAt: 1_000 });
}

export async function startRun(
  store: Store,
  owner: string,
  options: { readonly project?: string; readonly startedAt?: number; readonly steps?: readonly string[] } = {},
): Promise<string> {
  const { project = "/project", startedAt = 1_800_000_000_000, steps = ["a"] } = options;
  const jobs = steps.map((step) => ({ step, label: undefined }));
  return (await store.runs.create({ owner, project, ir: someIR(), tree: "tree", startedAt, jobs })).id;
}

/** Reserves a layer and makes its directory, as whoever captures one does. */
export async function makeLayer(store: Store, owner: string): Promise<StoredLayer> {
  const [directory] = await store.directories.reserve("layer", owner, 1);
  if (directory === undefined) throw new Error("nothing was reserved");
  makeDirectory(directory);
  const { id, path } = directory;
  return { id, path, digest: `digest of ${id}`, bytes: 10, entries: 1, footprint: [bytePath("out.txt")] };
}

export function makeDirectory({ path }: Directory): void {
  mkdirSync(path, { mode: 0o700 });
  writeFileSync(join(path, "manifest"), "");
}

export function someEntry(key: string, workspace: StoredLayer | undefined, facts: Partial<NewEntry> = {}): NewEntry {
  const common = {
    fields: someFields(),
    project: "/project",
    pipeline: "ci",
    step: "a",
    run: "r1",
    createdAt: 2_000,
    durationMs: 12.5,
    log: "log-1",
  };
  return { ...common, key, system: undefined, workspace, ...facts };
}
