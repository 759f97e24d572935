import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createEngine, type JobResult } from "@fresco/engine";
import { FileLogs } from "@fresco/logs-fs";
import type { BaseIdentity, Clock, Logs, Sandbox, Workspaces } from "@fresco/ports";
import { FifoPipes, NodeProcesses } from "@fresco/process-node";
import { chooseEndpoint, DockerSandbox } from "@fresco/sandbox-docker";
import { HostSandbox } from "@fresco/sandbox-host";
import { LinuxSandbox } from "@fresco/sandbox-linux";
import { GitSource } from "@fresco/source-git";
import { SqliteStore } from "@fresco/store-sqlite";
import { CowLayers, CowWorkspaces } from "@fresco/workspace-cow";
import { PROOF_IMAGE, proofImageMissing } from "./image.ts";
import type { Ports, Sabotage } from "./sabotage/index.ts";
import type { Outcome, Subject } from "./subject.ts";
import { temporaryDirectory } from "./temporary.ts";

/** Which adapters the product is put together from. */
export type Surroundings =
  | { readonly sandbox: "linux"; readonly strategy: "overlay" | "copy" }
  | { readonly sandbox: "host" }
  | { readonly sandbox: "docker" };

/** The product: the engine over its real adapters, with a store of its own for each session, and time that stands still in a run. */
export function engineSubject(surroundings: Surroundings, sabotage?: Sabotage): Subject {
  return {
    name: nameOf(surroundings, sabotage),
    // What an Engine keeps has an identity of its own each time.
    system: surroundings.sandbox === "docker" ? "unique" : sandboxFor(surroundings, []).capabilities.system,
    open: async (project) => {
      const directory = temporaryDirectory("state");
      const clock = new SetClock();
      const state: Surrounding = { base: 0, inherited: {} };
      const store = await SqliteStore.open({ directory, clock });
      const layers = new CowLayers();
      const workspaces = new CowWorkspaces({ layers, state: directory });
      const honest: Ports = {
        source: new GitSource({
          root: project,
          state: join(directory, "source"),
          directories: () => store.directories,
          now: () => clock.now(),
        }),
        workspaces: surroundings.sandbox === "linux" && surroundings.strategy === "copy" ? copying(workspaces) : workspaces,
        layers,
        sandbox: varied(state, (inherited) => sandboxFor(surroundings, [project, directory], inherited)),
        store,
        clock,
      };
      const ports = {
        ...(sabotage === undefined ? honest : sabotage.wrap(honest)),
        logs: new FileLogs({ directory: join(directory, "logs"), clock }),
        processes: new NodeProcesses(),
      };
      return {
        run: async (ir, { now, readCache, base, place, inherited, secrets }) => {
          clock.set(now);
          Object.assign(state, { base, inherited });
          await using engine = createEngine(ports);
          const workspacePath = join(directory, `workspace-${place}`);
          const { result } = engine.run(ir, { project, keepGoing: true, parallel: 2, logEvents: false, workspacePath, readCache, secrets });
          const { jobs } = await result;
          return new Map(
            await Promise.all(jobs.map(async (job): Promise<[string, Outcome]> => [job.job, await outcomeOf(job, ports.logs)])),
          );
        },
        evict: async (step) => {
          const entries = await ports.store.entries.list();
          await ports.store.entries.remove(entries.filter((entry) => entry.step === step).map(({ key }) => key));
        },
        [Symbol.asyncDispose]: async () => {
          // Images of layers are the cache's, which goes now.
          const layers = join(directory, "l");
          if (existsSync(layers)) await ports.sandbox.discard(readdirSync(layers).map((name) => join(layers, name)));
          await store[Symbol.asyncDispose]();
          rmSync(directory, { recursive: true });
        },
      };
    },
  };
}

/** Why the product cannot run so on this machine; `undefined`: it can. */
export async function unavailable(surroundings: Surroundings): Promise<string | undefined> {
  if (surroundings.sandbox === "host") return undefined;
  if (surroundings.sandbox === "docker") return proofImageMissing();
  if (process.platform !== "linux") return "the Linux sandbox needs Linux";
  try {
    await sandboxFor(surroundings, []).identify({ type: "host" }, []);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function nameOf(surroundings: Surroundings, sabotage: Sabotage | undefined): string {
  const kind = surroundings.sandbox === "linux" ? `linux, ${surroundings.strategy}` : surroundings.sandbox;
  return sabotage === undefined ? kind : `${kind}, where ${sabotage.name}`;
}

function sandboxFor({ sandbox }: Surroundings, hidden: readonly string[], inherited: Readonly<Record<string, string>> = {}): Sandbox {
  const processes = new NodeProcesses();
  const environment = { PATH: "/usr/local/bin:/usr/bin:/bin", ...inherited };
  if (sandbox === "docker")
    return onImage(new DockerSandbox({ endpoint: () => chooseEndpoint(process.env), store: () => "proof", pull: "never" }), inherited);
  if (sandbox === "host") return new HostSandbox({ processes, pipes: new FifoPipes(), environment });
  return new LinuxSandbox({ layers: new CowLayers(), processes, pipes: new FifoPipes(), hidden, environment });
}

/** The sandbox with an image in the place of the host as base. What the host lets through it does not: it is told to steps by hand. */
function onImage(sandbox: Sandbox, inherited: Readonly<Record<string, string>>): Sandbox {
  const base = { type: "image", image: PROOF_IMAGE } as const;
  return {
    kind: sandbox.kind,
    capabilities: sandbox.capabilities,
    identify: async (_, toolchains) => ({ ...(await sandbox.identify(base, toolchains)), inherited }),
    start: (request) => sandbox.start({ ...request, base, env: { ...inherited, ...request.env } }),
    holds: async (layer) => (await sandbox.holds?.(layer)) ?? true,
    reclaim: (left) => sandbox.reclaim(left),
    discard: (directories) => sandbox.discard(directories),
  };
}

/** Time that is told. */
class SetClock implements Clock {
  #now = 0;

  set(now: number): void {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => clearTimeout(timer);
  }
}

/** What a run finds round it. */
interface Surrounding {
  base: number;
  inherited: Readonly<Record<string, string>>;
}

/**
 * A sandbox among surroundings that change from run to run. The host's own fingerprint is taken once: a package that is installed meanwhile
 * is a miss, rightly, and would be noise here.
 */
function varied(surrounding: Surrounding, make: (inherited: Readonly<Record<string, string>>) => Sandbox): Sandbox {
  const made = new Map<string, Sandbox>();
  const present = (): Sandbox => {
    const name = JSON.stringify(surrounding.inherited);
    const sandbox = made.get(name) ?? make(surrounding.inherited);
    made.set(name, sandbox);
    return sandbox;
  };
  const { kind, capabilities } = present();
  let identity: Promise<BaseIdentity> | undefined;
  return {
    kind,
    capabilities,
    identify: async (base, toolchains) => {
      const { inherited, mounts } = await present().identify(base, toolchains);
      identity ??= present().identify(base, toolchains);
      return { identity: `${(await identity).identity}, ${surrounding.base}`, inherited, mounts };
    },
    start: (request) => present().start(request),
    holds: async (layer) => (await present().holds?.(layer)) ?? true,
    reclaim: (left) => present().reclaim(left),
    discard: (directories) => present().discard(directories),
  };
}

/** Workspaces as plain copies although the volume could do better. */
function copying(workspaces: Workspaces): Workspaces {
  return {
    strategy: async () => ({ ...(await workspaces.strategy()), overlay: false, directory: "copy" }),
    prepare: (spec) => workspaces.prepare(spec),
  };
}

async function outcomeOf(job: JobResult, logs: Logs): Promise<Outcome> {
  const chunks = [];
  if (job.log !== undefined) for await (const chunk of logs.bytes(job.log)) chunks.push(chunk);
  const reason =
    job.reason === undefined ? {} : { reason: "code" in job.reason ? `${job.reason.code}: ${job.reason.text}` : job.reason.text };
  const layer = job.workspace === undefined ? {} : { layer: job.workspace.digest };
  return { status: job.status, exitCode: job.exitCode, output: Buffer.concat(chunks).toString("latin1"), ...layer, ...reason };
}
