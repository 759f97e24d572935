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
import { capabilitiesOf, capabilitiesOverRootfs } from "./capabilities.ts";
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
import { innerScript } from "./script.ts";
import { Skeletons } from "./skeletons.ts";
import type { Stage } from "./stage.ts";
import { Stages } from "./stages.ts";
import { findUser, openTo, userMissing } from "./step-user.ts";
import type { StepUser } from "./step-user.ts";
import { treesOf } from "./system.ts";
import { overImage } from "./unpacked-image.ts";
import type { UnpackedImage } from "./unpacked-image.ts";
import { unstarted } from "./unstarted.ts";

/** What a sandbox needs from those who compose it. */
export interface LinuxSandboxOptions {
  /** Captures what steps change in the system. */
  readonly layers: Layers;
  readonly processes: Processes;
  readonly pipes: Pipes;
  /** Directories that no step may see: the project and Fresco's own. */
  readonly hidden: readonly string[];
  /** `undefined`: nothing was unpacked under that name. @default nothing at all */
  readonly images?: (name: string) => Promise<UnpackedImage | undefined>;
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
    this.#overRootfs = capabilitiesOverRootfs(this.#privilege);
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
    const bound = this.#bindingsFor(base, toolchains);
    const image = await this.#image(base);
    // Root has what it takes by its capabilities; a refusal would show at the first step all the same.
    if (this.#privilege === "user") await (this.#probe ??= probeNamespaces(this.#privilege));
    const identity = await identityOf(base, image, bound.paths);
    return {
      identity,
      inherited: { ...passedOn(this.#options.environment), ...bound.env, PATH: this.#given(bound, image)["PATH"] ?? "" },
      mounts: bound.paths,
    };
  }

  async start(asked: StepRequest): Promise<RunningStep> {
    const image = await this.#image(asked.base);
    const request = image === undefined ? asked : overImage(asked, image);
    const bound = this.#bindingsFor(asked.base, request.toolchains);
    mkdirSync(request.scratch, { recursive: true, mode: 0o700 });
    const user = this.#userOf(request);
    if (user === "missing") return new UnstartedStep(userMissing(request.user));
    const facts = { privilege: this.#privilege, layout: this.#hostLayout(), bound: bound.paths, hidden: this.#hidden };
    const skeleton = await this.#skeletons.get(request, facts);
    const rootFacts = { ...facts, skeleton };
    const stage = await this.#stages.take(request, rootFacts, user);
    if ("refused" in stage) return new UnstartedStep(unstarted(stage.refused));
    const script = this.#script(request, { ...this.#given(bound, image), ...(user === undefined ? {} : { HOME: user.home }) });
    const step = await this.#startOn(stage, request, rootFacts, script).catch((error: unknown) => {
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

  async #startOn(stage: Stage, request: StepRequest, facts: RootFacts, script: string): Promise<LinuxStep> {
    const { processes, layers, pipes } = this.#options;
    openTo(request);
    const fstab = writeWorkspaceTable(request, facts);
    const removed = makeGitPoint(request);
    const cell = await stage.takeCell(pipes);
    cell.run({ fstab, script, output: request.output });
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

  #script(request: StepRequest, given: Readonly<Record<string, string>>): string {
    const [program = "/bin/sh", ...options] = request.shell;
    return innerScript({ cwd: request.cwd, env: { ...given, ...request.env }, argv: [program, ...options, "-c", request.command] });
  }

  /** What a command finds in its environment before its step says anything. */
  #given(bound: Bindings, image: UnpackedImage | undefined): Readonly<Record<string, string>> {
    const { PATH: path, ...env } = image?.env ?? {};
    return {
      ...constants(bound.bins, bound.env),
      ...env,
      ...(path === undefined ? {} : { PATH: [...bound.bins, path].join(":") }),
      ...passedOn(this.#options.environment),
    };
  }

  /** An ordinary user's namespace has one user, whoever an image means. */
  #userOf({ user, base, system }: StepRequest): StepUser | "missing" | undefined {
    if (user === undefined || this.#privilege === "user") return undefined;
    return findUser(user, [...treesOf(system), base.type === "rootfs" ? base.path : "/"]) ?? "missing";
  }

  async #image(base: Base): Promise<UnpackedImage | undefined> {
    return base.type === "image" ? this.#options.images?.(base.image) : undefined;
  }

  /** An image brings its own toolchains, unless the pipeline names some. */
  #bindingsFor({ type }: Base, toolchains: readonly string[]): Bindings {
    const name = JSON.stringify([type === "image", toolchains]);
    const known = this.#bindings.get(name);
    if (known !== undefined) return known;
    const { environment } = this.#options;
    const found = bindings(type === "image" ? { ...environment, PATH: "" } : environment, toolchains, this.#hostLayout());
    this.#bindings.set(name, found);
    return found;
  }

  #hostLayout(): HostLayout {
    this.#layout ??= hostLayout();
    return this.#layout;
  }
}

async function identityOf(base: Base, image: UnpackedImage | undefined, bound: readonly string[]): Promise<string> {
  switch (base.type) {
    case "host":
      return hostIdentity(bound);
    case "rootfs":
      return rootfsIdentity(base.path, bound);
    case "image": {
      if (image !== undefined) return `${image.identity}, ${await boundIdentity(bound)}`;
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
