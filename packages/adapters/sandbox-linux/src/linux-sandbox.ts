import { mkdirSync, realpathSync } from "node:fs";
import { FrescoError } from "@fresco/ports";
import type {
  BaseIdentity,
  Layers,
  LeftStep,
  Pipes,
  Processes,
  RunningStep,
  Sandbox,
  SandboxCapabilities,
  StepRequest,
} from "@fresco/ports";
import type { Base } from "@fresco/pipeline";
import { bindings } from "./bindings.ts";
import type { Bindings } from "./bindings.ts";
import { constants, passedOn } from "./environment.ts";
import type { Environment } from "./environment.ts";
import { discardTrees } from "./discard.ts";
import { hostLayout } from "./host-layout.ts";
import type { HostLayout } from "./host-layout.ts";
import { boundIdentity, hostIdentity, rootfsIdentity } from "./identity.ts";
import { LinuxStep, UnstartedStep } from "./linux-step.ts";
import { explainMissingCommand, findCommand } from "./missing-command.ts";
import { privilege, probeNamespaces } from "./privileges.ts";
import type { Privilege } from "./privileges.ts";
import { reclaimStep } from "./reclaim.ts";
import { makeGitPoint, writeWorkspaceTable } from "./root.ts";
import type { RootFacts } from "./root.ts";
import { WORKSPACE, innerScript } from "./script.ts";
import { Skeletons } from "./skeletons.ts";
import type { Stage } from "./stage.ts";
import { Stages } from "./stages.ts";
import { unstarted } from "./unstarted.ts";

/** What a sandbox needs from those who compose it. */
export interface LinuxSandboxOptions {
  /** Captures what steps change in the system. */
  readonly layers: Layers;
  readonly processes: Processes;
  readonly pipes: Pipes;
  /** Directories that no step may see: the project and Fresco's own. */
  readonly hidden: readonly string[];
  /** A root file system that was unpacked from an image, and what it is; `undefined`: there is none of that name. @default none at all */
  readonly images?: (name: string) => Promise<{ readonly rootfs: string; readonly identity: string } | undefined>;
  /** The user's environment: PATH and HOME tell the toolchains; proxy and certificate variables pass into steps. */
  readonly environment: Environment;
}

/**
 * Runs steps in mount, pid, ipc and uts namespaces over overlay mounts, as root or, in a user namespace, as an ordinary user. It protects
 * against mistakes, not against attackers, and shares the host's network.
 */
export class LinuxSandbox implements Sandbox {
  readonly kind = "linux";
  readonly capabilities: SandboxCapabilities;
  readonly #options: LinuxSandboxOptions;
  readonly #overRootfs: SandboxCapabilities;
  readonly #privilege: Privilege = privilege();
  readonly #hidden: readonly string[];
  readonly #bindings = new Map<string, Bindings>();
  readonly #skeletons = new Skeletons();
  readonly #stages = new Stages();
  #layout: HostLayout | undefined;
  #probe: Promise<void> | undefined;
  #anticipated: Promise<BaseIdentity> | undefined;

  constructor(options: LinuxSandboxOptions) {
    this.#options = options;
    this.#hidden = options.hidden.flatMap(realPath);
    this.capabilities = capabilitiesOf(this.#privilege);
    this.#overRootfs = overRootfs(this.#privilege);
  }

  /** What an ordinary user has unpacked is his to change, unlike the host's system. */
  capabilitiesOver({ type }: Base): SandboxCapabilities {
    return type === "host" ? this.capabilities : this.#overRootfs;
  }

  /**
   * Looks at the host as a base already, for the first who asks for its identity: looking takes another process, and whoever is about to
   * start a run has other things to do meanwhile.
   */
  anticipate(): void {
    this.#anticipated = this.#identify({ type: "host" }, []);
    // Whoever asks gets the error; if nobody does, there was nothing to run.
    this.#anticipated.catch(() => undefined);
  }

  async identify(base: Base, toolchains: readonly string[]): Promise<BaseIdentity> {
    const anticipated = this.#anticipated;
    if (anticipated === undefined || base.type !== "host" || toolchains.length > 0) return this.#identify(base, toolchains);
    // Only once: the next one asks whether the base has changed since.
    this.#anticipated = undefined;
    return anticipated;
  }

  async #identify(base: Base, toolchains: readonly string[]): Promise<BaseIdentity> {
    const bound = this.#bindingsFor(toolchains);
    // Root has what it takes by its capabilities; a refusal would show at the first step all the same.
    if (this.#privilege === "user") await (this.#probe ??= probeNamespaces(this.#privilege));
    const identity = await identityOf(base, bound.paths, this.#options.images);
    return {
      identity,
      inherited: { ...passedOn(this.#options.environment), ...bound.env, PATH: constants(bound.bins, {})["PATH"] ?? "" },
      mounts: bound.paths,
    };
  }

  async start(asked: StepRequest): Promise<RunningStep> {
    const request = { ...asked, base: await this.#unpacked(asked.base) };
    const bound = this.#bindingsFor(request.toolchains);
    mkdirSync(request.scratch, { recursive: true, mode: 0o700 });
    const facts = { privilege: this.#privilege, layout: this.#hostLayout(), bound: bound.paths, hidden: this.#hidden };
    const skeleton = await this.#skeletons.get(request, facts);
    const rootFacts = { ...facts, skeleton };
    const stage = await this.#stages.take(request, rootFacts);
    if ("refused" in stage) return new UnstartedStep(unstarted(stage.refused));
    const step = await this.#startOn(stage, request, rootFacts, bound).catch((error: unknown) => {
      stage.close();
      throw error;
    });
    // While this one's processes mount and start. Whatever is wrong will be wrong for the next step too, and told then.
    if (request.followed === true) stage.makeReady(this.#options.pipes).catch(() => undefined);
    await step.settled;
    return step;
  }

  explain(exitCode: number, output: string): string | undefined {
    return exitCode === 127
      ? explainMissingCommand(output, (name) => findCommand(name, (this.#options.environment["PATH"] ?? "").split(":")))
      : undefined;
  }

  async #startOn(stage: Stage, request: StepRequest, facts: RootFacts, bound: Bindings): Promise<LinuxStep> {
    const { processes, layers, pipes } = this.#options;
    const fstab = writeWorkspaceTable(request, facts);
    const removed = makeGitPoint(request);
    const cell = await stage.takeCell(pipes);
    cell.run({ fstab, script: this.#script(request, bound), output: request.output });
    return new LinuxStep(cell, {
      processes,
      layers,
      privilege: this.#privilege,
      captures: stage.captures,
      removed,
      onEnded: () => this.#stages.giveBack(stage, request, facts),
    });
  }

  async reclaim(left: LeftStep): Promise<void> {
    await reclaimStep(left, this.#options.processes);
  }

  async discard(directories: readonly string[]): Promise<void> {
    this.#stages.forget(directories);
    await discardTrees(directories, this.#privilege);
  }

  #script(request: StepRequest, bound: Bindings): string {
    const [program = "/bin/sh", ...options] = request.shell;
    const env = { ...constants(bound.bins, bound.env), ...passedOn(this.#options.environment), ...request.env };
    return innerScript({ cwd: request.cwd, env, argv: [program, ...options, "-c", request.command] });
  }

  /** An image stands for the root file system that was unpacked from it. */
  async #unpacked(base: Base): Promise<Base> {
    if (base.type !== "image") return base;
    const found = await this.#options.images?.(base.image);
    return found === undefined ? base : { type: "rootfs", path: found.rootfs };
  }

  #bindingsFor(toolchains: readonly string[]): Bindings {
    const name = JSON.stringify(toolchains);
    const known = this.#bindings.get(name);
    if (known !== undefined) return known;
    const found = bindings(this.#options.environment, toolchains, this.#hostLayout());
    this.#bindings.set(name, found);
    return found;
  }

  #hostLayout(): HostLayout {
    this.#layout ??= hostLayout();
    return this.#layout;
  }
}

function capabilitiesOf(of: Privilege): SandboxCapabilities {
  const layered = of === "root";
  return {
    system: layered ? "layered" : "read-only",
    workspace: ["overlay", "directory"],
    workspacePath: WORKSPACE,
    network: ["default"],
    resources: false,
    user: false,
    notices: layered ? [] : ["Without root the host's system is read-only in steps, and HOME starts empty in each of them."],
    keyed: [layered ? "system:layered" : "system:read-only"],
  };
}

function overRootfs(of: Privilege): SandboxCapabilities {
  return {
    ...capabilitiesOf("root"),
    notices: of === "root" ? [] : ["Without root a step's system has one user: it can give no file to another."],
    keyed: of === "root" ? ["system:layered"] : ["system:layered", "users:one"],
  };
}

async function identityOf(base: Base, bound: readonly string[], images: LinuxSandboxOptions["images"]): Promise<string> {
  switch (base.type) {
    case "host":
      return hostIdentity(bound);
    case "rootfs":
      return rootfsIdentity(base.path, bound);
    case "image": {
      const found = await images?.(base.image);
      if (found !== undefined) return `${found.identity}, ${await boundIdentity(bound)}`;
      throw new FrescoError("base.unsupported", `The Linux sandbox has no image ${base.image}.`, {
        hint: `Unpack it with \`fresco image add ${base.image} --docker IMAGE\` (or --tar, --dir), or choose a sandbox that runs images.`,
        kind: "input",
      });
    }
  }
}

function realPath(path: string): readonly string[] {
  try {
    return [realpathSync(path)];
  } catch {
    return [];
  }
}
