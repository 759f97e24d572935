import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, mkdirSync } from "node:fs";
import { chmod, lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { BaseIdentity, LeftStep, RunningStep, Sandbox, SandboxCapabilities, StepExit, StepRequest } from "@fresco/ports";

/**
 * `Sandbox` for tests: runs `sh` in a directory and isolates nothing. What it leaves behind can be found by its own instance only, and
 * its output is sockets. It counts what it started.
 */
export class PlainSandbox implements Sandbox {
  readonly kind = "plain";
  readonly capabilities: SandboxCapabilities = {
    system: "none",
    workspace: ["directory"],
    workspacePath: undefined,
    network: ["default"],
    resources: false,
    user: false,
    notices: [],
    keyed: [],
  };
  /** Jobs that were started, in order. */
  readonly started: string[] = [];
  readonly #running = new Map<string, () => Promise<void>>();

  async identify(): Promise<BaseIdentity> {
    return { identity: "plain", inherited: {}, mounts: [] };
  }

  async start(request: StepRequest): Promise<RunningStep> {
    const { workspace } = request;
    if (workspace.type !== "directory") throw new Error("PlainSandbox takes directories");
    this.started.push(request.job);
    const [program = "/bin/sh", ...options] = request.shell;
    const token = `${request.run}/${request.job}/${request.attempt}`;
    if (!exists(program)) return unstarted(token);
    const cwd = join(workspace.path, request.cwd);
    mkdirSync(cwd, { recursive: true });
    mkdirSync(request.scratch, { recursive: true, mode: 0o700 });
    const child = spawn("/bin/sh", ["-c", 'umask 022; exec "$@"', "plain-step", program, ...options, "-c", request.command], {
      cwd,
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: request.scratch, ...request.env },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const exit = ended(child, request.output).finally(() => this.#running.delete(token));
    this.#running.set(token, async () => {
      signalGroup(child, "SIGKILL");
      await exit;
    });
    return {
      left: { process: undefined, token },
      signal: (signal) => signalGroup(child, `SIG${signal}`),
      exit,
      captureSystem: async () => undefined,
      release: async () => void (await exit),
    };
  }

  async reclaim(left: LeftStep): Promise<void> {
    await this.#running.get(left.token)?.();
  }

  async discard(directories: readonly string[]): Promise<void> {
    for (const directory of directories) {
      await open(directory);
      await rm(directory, { recursive: true, force: true });
    }
  }
}

async function ended(child: ChildProcess, output: StepRequest["output"]): Promise<StepExit> {
  const { promise: exit, resolve } = Promise.withResolvers<StepExit>();
  child.once("error", (error) => resolve({ type: "unstarted", code: "sandbox.setup", text: error.message }));
  child.once("exit", (code, signal) => {
    // What still runs in the group would hold the output open.
    signalGroup(child, "SIGKILL");
    resolve(code === null ? { type: "signalled", signal: signal ?? "SIGKILL" } : { type: "exited", code });
  });
  const deliver = async (stream: "stdout" | "stderr"): Promise<void> => {
    const chunks: AsyncIterable<Uint8Array> | null = child[stream];
    if (chunks === null) return;
    for await (const chunk of chunks) await output(stream, chunk);
  };
  const delivered = await Promise.allSettled([deliver("stdout"), deliver("stderr")]);
  const end = await exit;
  return delivered.every(({ status }) => status === "fulfilled") ? end : { type: "lost", text: "Its output could not be kept." };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone.
  }
}

function unstarted(token: string): RunningStep {
  const exit: StepExit = { type: "unstarted", code: "sandbox.shell-missing", text: "The shell is not there." };
  return {
    left: { process: undefined, token },
    signal: () => undefined,
    exit: Promise.resolve(exit),
    captureSystem: async () => undefined,
    release: async () => undefined,
  };
}

function exists(program: string): boolean {
  try {
    accessSync(program);
    return true;
  } catch {
    return !program.includes("/");
  }
}

/** Opens directories that a step closed. */
async function open(path: string): Promise<void> {
  const stat = await lstat(path).catch(() => undefined);
  if (stat?.isDirectory() !== true) return;
  await chmod(path, 0o700);
  for (const name of await readdir(path)) await open(join(path, name));
}
