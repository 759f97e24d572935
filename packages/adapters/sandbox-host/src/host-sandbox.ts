import { randomUUID } from "node:crypto";
import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { FrescoError } from "@fresco/ports";
import type {
  BaseIdentity,
  LeftStep,
  Pipes,
  Processes,
  RunningStep,
  Sandbox,
  SandboxCapabilities,
  StepExit,
  StepRequest,
} from "@fresco/ports";
import type { Base } from "@fresco/pipeline";
import { inheritedFrom } from "./environment.ts";
import type { Environment } from "./environment.ts";
import { HostStep } from "./host-step.ts";
import { hostIdentity } from "./identity.ts";
import { killAll } from "./kill.ts";
import { launch, programExists } from "./launch.ts";
import { MARKER } from "./survivors.ts";
import { workingDirectory } from "./working-directory.ts";

/** What a sandbox needs from those who compose it. */
export interface HostSandboxOptions {
  readonly processes: Processes;
  readonly pipes: Pipes;
  /** The user's environment, part of which steps inherit. */
  readonly environment: Environment;
}

/** Runs steps as processes of the host, with a workspace of their own and no isolation at all. */
export class HostSandbox implements Sandbox {
  readonly kind = "host";
  readonly capabilities: SandboxCapabilities = {
    system: "none",
    workspace: ["directory"],
    workspacePath: undefined,
    network: ["default"],
    resources: false,
    user: false,
    notices: [
      "The host sandbox isolates nothing: steps run as you, and what they change outside of the workspace stays changed and is in no layer.",
      "Processes that a step detaches are found by a variable in their environment, as far as they keep it.",
    ],
    keyed: ["system:none"],
  };
  readonly #options: HostSandboxOptions;
  readonly #inherited: Readonly<Record<string, string>>;

  constructor(options: HostSandboxOptions) {
    this.#options = options;
    this.#inherited = inheritedFrom(options.environment);
  }

  async identify(base: Base, toolchains: readonly string[]): Promise<BaseIdentity> {
    if (base.type !== "host") {
      throw new FrescoError(
        "base.unsupported",
        `The host sandbox runs steps on the host itself, not on ${base.type === "image" ? base.image : base.path}.`,
        {
          hint: "Remove `image` and `rootfs`, or choose another sandbox.",
          kind: "input",
        },
      );
    }
    return { identity: hostIdentity(this.#inherited["PATH"] ?? "", toolchains), inherited: this.#inherited, mounts: [] };
  }

  async start(request: StepRequest): Promise<RunningStep> {
    const { workspace } = request;
    if (workspace.type !== "directory") throw new Error("the host sandbox takes directories as workspaces");
    const cwd = workingDirectory(workspace.path, request.cwd);
    if (cwd === undefined) return unstarted("sandbox.cwd", `The working directory ${request.cwd} leads out of the workspace by a symlink.`);
    const marker = randomUUID();
    const env: Readonly<Record<string, string>> = { ...this.#inherited, ...request.env, [MARKER]: marker };
    const [program = "/bin/sh", ...options] = request.shell;
    if (!programExists(program, env["PATH"] ?? "/usr/bin:/bin", cwd))
      return unstarted("sandbox.shell-missing", `The shell ${program} is not on this machine.`);
    const { processes, pipes } = this.#options;
    const command = { ...launch([program, ...options, "-c", request.command]), cwd, env, marker };
    mkdirSync(request.scratch, { recursive: true, mode: 0o700 });
    const output = [await pipes.open(request.scratch), await pipes.open(request.scratch)] as const;
    return new HostStep(command, output, request.output, { processes, cleanUp: linkRepository(workspace.path, request.git) });
  }

  async reclaim(left: LeftStep): Promise<void> {
    const here = left.process === undefined ? undefined : this.#options.processes.alive(left.process);
    if (here === true && left.process !== undefined) this.#options.processes.signalGroup(left.process, "KILL");
    // The session's number may be somebody else's by now; the marker cannot be.
    if (await killAll(left.token, here === true ? left.process?.pid : undefined)) return;
    throw new FrescoError("sandbox.unkillable", "Processes that a step left behind do not end although they were killed.", {
      hint: "They probably wait for a disk or a network file system; try again when that answers.",
    });
  }

  async discard(directories: readonly string[]): Promise<void> {
    for (const directory of directories) {
      try {
        await rm(directory, { recursive: true, force: true });
      } catch {
        // A step may have closed a directory of its own.
        await promisify(execFile)("chmod", ["-R", "u+rwX", "--", directory]).catch(() => undefined);
        await rm(directory, { recursive: true, force: true });
      }
    }
  }
}

/** Makes the repository usable from the workspace; the returned function undoes it, since it belongs to no layer. */
function linkRepository(workspace: string, git: string | undefined): () => void {
  if (git === undefined) return () => undefined;
  const link = join(workspace, ".git");
  writeFileSync(link, `gitdir: ${git}\n`, { flag: "wx", mode: 0o600 });
  return () => rmSync(link, { force: true });
}

function unstarted(code: string, text: string): RunningStep {
  const exit: StepExit = { type: "unstarted", code, text };
  return {
    left: { process: undefined, token: "" },
    signal: () => undefined,
    exit: Promise.resolve(exit),
    captureSystem: async () => undefined,
    release: async () => undefined,
  };
}
