import { type ChildProcess, spawn } from "node:child_process";
import { access, chmod, lstat, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { BaseIdentity, LeftStep, RunningStep, Sandbox, SandboxCapabilities, StepExit, StepRequest } from "@fresco/ports";

/** A sandbox as a user of the library would write one: `sh` in a directory, a process group for each step. */
export class MySandbox implements Sandbox {
  readonly kind = "mine";
  readonly capabilities: SandboxCapabilities = {
    system: "none",
    workspace: ["directory"],
    workspacePath: undefined,
    network: ["default"],
    resources: false,
    user: false,
    notices: ["My sandbox isolates nothing."],
    keyed: ["mine:1"],
  };

  async identify(): Promise<BaseIdentity> {
    return { identity: `${process.platform}/${process.arch}`, inherited: {}, mounts: [] };
  }

  async start({ workspace, cwd, command, shell, env, scratch, output }: StepRequest): Promise<RunningStep> {
    if (workspace.type !== "directory") throw new Error("this sandbox takes directories");
    const directory = join(workspace.path, cwd);
    await mkdir(directory, { recursive: true });
    await mkdir(scratch, { recursive: true, mode: 0o700 });
    const [program = "/bin/sh", ...options] = shell;
    if (program.startsWith("/") && !(await exists(program))) return unstarted(`There is no ${program}.`);
    const child = spawn("/bin/sh", ["-c", 'umask 022; exec "$@"', "sh", program, ...options, "-c", command], {
      cwd: directory,
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: scratch, ...env },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    return {
      left: { process: undefined, token: String(child.pid ?? "") },
      signal: (name) => void signalGroup(child.pid, `SIG${name}`),
      exit: ended(child, output),
      captureSystem: async () => undefined,
      release: async () => undefined,
    };
  }

  async reclaim({ token }: LeftStep): Promise<void> {
    if (token !== "") await killGroup(Number(token));
  }

  async discard(directories: readonly string[]): Promise<void> {
    for (const directory of directories) {
      await unlock(directory);
      await rm(directory, { recursive: true, force: true });
    }
  }
}

async function ended(child: ChildProcess, output: StepRequest["output"]): Promise<StepExit> {
  const { promise, resolve } = Promise.withResolvers<StepExit>();
  child.once("error", ({ message }) => resolve({ type: "unstarted", code: "sandbox.setup", text: message }));
  child.once("exit", (code, signal) => {
    const exit: StepExit = code === null ? { type: "signalled", signal: signal ?? "SIGKILL" } : { type: "exited", code };
    // What the command left in the background would hold its output open.
    killGroup(child.pid).then(
      () => resolve(exit),
      () => resolve(exit),
    );
  });
  const deliver = async (stream: "stdout" | "stderr"): Promise<void> => {
    const chunks: AsyncIterable<Uint8Array> | null = child[stream];
    for await (const chunk of chunks ?? []) await output(stream, chunk);
  };
  const delivered = await Promise.allSettled([deliver("stdout"), deliver("stderr")]);
  const exit = await promise;
  return delivered.some(({ status }) => status === "rejected") ? { type: "lost", text: "Its output could not be kept." } : exit;
}

/** Kills the group, and waits until nothing of it is left. */
async function killGroup(group: number | undefined): Promise<void> {
  while (signalGroup(group, "SIGKILL")) await pause(2);
}

/** `false` when there is no such group any more. */
function signalGroup(group: number | undefined, signal: NodeJS.Signals): boolean {
  if (group === undefined) return false;
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}

function unstarted(text: string): RunningStep {
  return {
    left: { process: undefined, token: "" },
    signal: () => undefined,
    exit: Promise.resolve({ type: "unstarted", code: "sandbox.shell-missing", text }),
    captureSystem: async () => undefined,
    release: async () => undefined,
  };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Opens directories that a step closed. */
async function unlock(path: string): Promise<void> {
  const stat = await lstat(path).catch(() => undefined);
  if (stat?.isDirectory() !== true) return;
  await chmod(path, 0o700);
  for (const name of await readdir(path)) await unlock(join(path, name));
}
