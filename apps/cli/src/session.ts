import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import { allSandboxes, discardIn, type EnginePorts, reclaim } from "@fresco/engine";
import { FileLogs } from "@fresco/logs-fs";
import type { IR } from "@fresco/pipeline";
import type { Clock, FrozenSource, Layers, Logs, Owner, Processes, Store } from "@fresco/ports";
import { NodeProcesses, SystemClock } from "@fresco/process-node";
import { SqliteStore } from "@fresco/store-sqlite";
import { CowLayers, CowWorkspaces } from "@fresco/workspace-cow";
import type { LinuxSandboxOptions, UnpackedImage } from "@fresco/sandbox-linux";
import { addedImages, findAddedImage } from "./added-images.ts";
import type { Freezing } from "./freezing.ts";
import { loadProject } from "./load.ts";
import { type FrescoPaths, frescoPaths } from "./paths.ts";
import type { PullChoice, SandboxChoice } from "./sandbox-choice.ts";
import { everySandbox, makeSandboxesForRun, storeName, withoutEngine } from "./sandboxes.ts";

/** The store and the logs of this user: enough for every command that only looks. */
export interface StoreSession extends AsyncDisposable {
  readonly paths: FrescoPaths;
  readonly clock: Clock;
  readonly store: Store;
  readonly logs: Logs;
  readonly layers: Layers;
  readonly processes: Processes;
}

/** A project with everything to plan and run its pipelines. */
export interface ProjectSession extends AsyncDisposable {
  readonly project: string;
  readonly store: Store;
  readonly logs: Logs;
  readonly owner: Owner;
  readonly source: FrozenSource;
  readonly pipelines: readonly IR[];
  readonly ports: EnginePorts;
  /** For a sandbox without a workspace path of its own. */
  readonly workspacePath: string;
}

/** Opens the store, and ends what owners that are gone have left behind, so that whatever is told afterwards is true. */
export function openStore(): Promise<StoreSession> {
  return openStoreWith({ layers: new CowLayers(), processes: new NodeProcesses() });
}

async function openStoreWith({ layers, processes }: Pick<StoreSession, "layers" | "processes">): Promise<StoreSession> {
  const paths = frescoPaths(process.env, homedir(), process.platform);
  const clock = new SystemClock();
  const store = await SqliteStore.open({ directory: paths.state, clock });
  const logs = new FileLogs({ directory: join(paths.state, "logs"), clock });
  const crashed = await reclaim({
    store,
    clock,
    processes,
    logs,
    sandboxes: async () =>
      everySandbox({ layers, processes, environment: process.env, hidden: [], store: () => storeName((value) => store.seal(value)) }),
    onLeft: (owner, error) =>
      process.stderr.write(
        `note: what owner ${owner} left behind is still there: ${error instanceof Error ? error.message : String(error)}\n`,
      ),
  });
  for (const run of crashed)
    process.stderr.write(`note: run ${run} has crashed: its process is gone, and what it left behind was removed\n`);
  return { paths, clock, store, logs, layers, processes, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
}

/** Where steps are to run, and when their images are fetched. */
export interface SandboxRequest {
  readonly sandbox: SandboxChoice;
  readonly pull: PullChoice;
}

/** Opens a project: its frozen source, its pipelines, and where its steps run. */
export async function openProject(freezing: Freezing, choice: SandboxRequest): Promise<ProjectSession> {
  const { project, source, paths } = freezing;
  const layers = new CowLayers();
  const processes = new NodeProcesses();
  const hidden = [project, paths.state, paths.cache, paths.config];
  let name = "";
  const parts = {
    layers,
    processes,
    environment: process.env,
    hidden,
    store: () => name,
    pull: choice.pull,
    // Asked for once the store is open.
    images: (image: string) => find(image),
  };
  const chosen = makeSandboxesForRun(choice.sandbox, parts);
  const session = await openStoreWith({ layers, processes });
  name = storeName((value) => session.store.seal(value));
  const { clock, store, logs } = session;
  freezing.provide(store.directories);
  const owner = await store.owners.open({ process: processes.self(), startedAt: clock.now() });
  const unpacked = new Map<string, ReturnType<typeof unpackedImage>>();
  // Once: whatever is added under the name meanwhile, all of this run stands on the same one.
  const find: NonNullable<LinuxSandboxOptions["images"]> = (image) => {
    const found = unpacked.get(image) ?? unpackedImage(store, image, owner.id);
    unpacked.set(image, found);
    return found;
  };
  const isAdded = choice.sandbox === "auto" && (await addedImages(store)).length > 0;
  const sandboxes = (isAdded ? withoutEngine(chosen, process.env) : undefined) ?? chosen;
  const close = async (): Promise<void> => {
    await discardIn(allSandboxes(sandboxes), [owner.directory]);
    await owner[Symbol.asyncDispose]();
    await session[Symbol.asyncDispose]();
  };
  try {
    const frozen = await freezing.frozen;
    const pipelines = await loadProject({ source: frozen, store, scratch: owner.directory, project });
    const workspaces = new CowWorkspaces({ layers, state: paths.state });
    return {
      project,
      store,
      logs,
      owner,
      source: frozen,
      pipelines,
      ports: { source, workspaces, layers, ...sandboxes, store, logs, clock, processes },
      workspacePath: join(paths.state, "w", createHash("sha256").update(project).digest("hex").slice(0, 12)),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function unpackedImage(store: Store, name: string, owner: string): Promise<UnpackedImage | undefined> {
  const found = await findAddedImage(store, name, owner);
  if (found === undefined) return undefined;
  const { readConfig } = await import("@fresco/image-rootfs");
  return { rootfs: found.rootfs, identity: `image:${found.digest}`, ...readConfig(found.config) };
}
