import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reclaim } from "@fresco/engine";
import { FileLogs } from "@fresco/logs-fs";
import type { Layers, Processes, Sandbox } from "@fresco/ports";
import { NodeProcesses, SystemClock } from "@fresco/process-node";
import { SqliteStore } from "@fresco/store-sqlite";
import { CowLayers, CowWorkspaces } from "@fresco/workspace-cow";
import type { FrescoPaths } from "../paths.ts";
import type { SandboxChoice } from "../sandbox-choice.ts";
import { everySandbox, makeSandboxes, storeName } from "../sandboxes.ts";
import { type Finding, problemOf } from "./finding.ts";
import { gitFinding, nodeFinding } from "./programs.ts";
import { engineFinding } from "./engine.ts";
import { sandboxFindings } from "./sandbox.ts";
import { leftoverFindings, stateFinding, strategyFindings } from "./state.ts";

/** What a doctor looks at. */
export interface Patient {
  readonly paths: FrescoPaths;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly sandbox: SandboxChoice;
}

/** Tries everything that a run needs, with the real parts, and changes nothing but what crashed runs left. */
export async function examine(patient: Patient): Promise<readonly Finding[]> {
  const parts = { layers: new CowLayers(), processes: new NodeProcesses() };
  const [git, engine, stored] = await Promise.all([gitFinding(), engineFinding(patient.environment), storeFindings(patient, parts)]);
  return [nodeFinding(), git, engine, ...stored];
}

interface Parts {
  readonly layers: Layers;
  readonly processes: Processes;
}

async function storeFindings({ paths, environment, sandbox: choice }: Patient, parts: Parts): Promise<readonly Finding[]> {
  const clock = new SystemClock();
  const hidden = [paths.state, paths.cache, paths.config];
  const { sandbox } = makeSandboxes(choice === "docker" ? "auto" : choice, { ...parts, environment, hidden, store: () => "" });
  const path = environment["PATH"] ?? "";
  const opened = await open(paths.state, clock);
  if (!(opened instanceof SqliteStore)) return [opened, ...(await withoutStore(sandbox, path))];
  await using store = opened;
  const crashed = await reclaim({
    store,
    clock,
    processes: parts.processes,
    logs: new FileLogs({ directory: join(paths.state, "logs"), clock }),
    sandboxes: async () => everySandbox({ ...parts, environment, hidden: [], store: () => storeName((value) => store.seal(value)) }),
  });
  const strategy = await new CowWorkspaces({ layers: parts.layers, state: paths.state }).strategy();
  await using owner = await store.owners.open({ process: parts.processes.self(), startedAt: clock.now() });
  const stepped = await sandboxFindings(sandbox, owner.directory, path);
  const leftovers = leftoverFindings(paths.state, crashed, store.unaccounted());
  await sandbox.discard([owner.directory]);
  return [
    await stateFinding(paths.state),
    { topic: "store", status: "ok", text: `schema ${store.schema}, ${(await store.entries.list()).length} cached results` },
    ...strategyFindings(strategy),
    ...stepped,
    ...leftovers,
  ];
}

async function open(directory: string, clock: SystemClock): Promise<SqliteStore | Finding> {
  try {
    return await SqliteStore.open({ directory, clock });
  } catch (error) {
    return problemOf("store", error);
  }
}

/** The sandbox is looked at all the same, so that all problems are told at once. */
async function withoutStore(sandbox: Sandbox, path: string): Promise<readonly Finding[]> {
  const scratch = await mkdtemp(join(tmpdir(), "fresco-doctor-"));
  try {
    return await sandboxFindings(sandbox, scratch, path);
  } finally {
    await sandbox.discard([scratch]);
    await rm(scratch, { recursive: true, force: true });
  }
}
