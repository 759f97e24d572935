import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { Duplex } from "node:stream";
import type { OutputPipe, StepExit, StepRequest } from "@fresco/ports";

/** What to run to get a step, and what to tell it. */
export interface StepCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly script: string;
}

/** What the processes inside say about themselves. */
interface Reports {
  /** Number of the namespace's pid 1 on the host. */
  init: number | undefined;
  started: boolean;
  missingShell: boolean;
  exit: number | undefined;
}

/** For mount(8). util-linux from 2.39 on has an interface to overlays that takes no more than 255 bytes of layers. */
export const mountingEnvironment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", LIBMOUNT_FORCE_MOUNT2: "always" };

const LONGEST_DIAGNOSTICS = 16_384;

/** The processes of one step, seen from outside. */
export class StepProcess {
  /** Number of the outermost process, which leads a group of its own. */
  readonly pid: number | undefined;
  /** Resolves when the command is running or can no longer do so. */
  readonly settled: Promise<void>;
  /** Resolves when everything has ended and all output was delivered. */
  readonly exit: Promise<StepExit>;
  readonly #reports: Reports = { init: undefined, started: false, missingShell: false, exit: undefined };
  #diagnostics = "";
  #ended = false;

  constructor(command: StepCommand, stdout: OutputPipe, stderr: OutputPipe, output: StepRequest["output"]) {
    const child = spawn(command.program, [...command.args], {
      cwd: command.cwd,
      detached: true,
      env: mountingEnvironment,
      stdio: ["ignore", stdout.writeEnd, "pipe", "pipe", stderr.writeEnd],
    });
    this.pid = child.pid;
    const drained = Promise.allSettled([
      stdout.drain((chunk) => output("stdout", chunk)),
      stderr.drain((chunk) => output("stderr", chunk)),
    ]);
    child.stderr?.on("data", (chunk: Buffer) => {
      if (this.#diagnostics.length < LONGEST_DIAGNOSTICS) this.#diagnostics += chunk.toString("utf8");
    });
    const settled = Promise.withResolvers<void>();
    this.settled = settled.promise;
    this.#converse(child, command.script, settled.resolve);
    this.exit = ended(child).then(async (end) => {
      this.#ended = true;
      settled.resolve();
      const deliveries = await drained;
      const failed = deliveries.find((delivery) => delivery.status === "rejected");
      return failed === undefined ? this.#outcome(end) : { type: "lost", text: `Its output could not be kept: ${String(failed.reason)}` };
    });
  }

  /** The host's number of the namespace's pid 1, while it runs. */
  get init(): number | undefined {
    return this.#ended ? undefined : this.#reports.init;
  }

  /** Has the command been handed over to? Signals reach nothing of the user's before. */
  get started(): boolean {
    return this.#reports.started;
  }

  #converse(child: ChildProcess, script: string, settled: () => void): void {
    const control = child.stdio[3];
    if (!(control instanceof Duplex)) return;
    // The socket breaks when the sandbox ends before it has read everything; its exit tells what happened.
    control.on("error", () => undefined);
    control.write(script);
    let text = "";
    control.on("data", (chunk: Buffer) => {
      const lines = (text + chunk.toString("latin1")).split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) this.#report(line);
      if (this.#reports.started) settled();
    });
  }

  #report(line: string): void {
    const [word, value] = line.split(" ");
    if (word === "init") this.#reports.init = Number(value);
    else if (word === "started") this.#reports.started = true;
    else if (word === "missing") this.#reports.missingShell = true;
    else if (word === "exit") this.#reports.exit = Number(value);
  }

  #outcome(end: End): StepExit {
    const { started, missingShell, exit } = this.#reports;
    if (started && exit !== undefined) return { type: "exited", code: exit };
    if (end.signal !== null) return { type: "signalled", signal: end.signal };
    if (missingShell)
      return { type: "unstarted", code: "sandbox.shell-missing", text: "The shell that the step names is not in its base." };
    if (started)
      return { type: "lost", text: `The sandbox ended without telling how the command did (its own exit code was ${end.code}).` };
    return unstarted(end.error?.message ?? this.#diagnostics.trim());
  }
}

/** A step whose sandbox could not be set up, from what the programs said. */
export function unstarted(diagnostics: string): StepExit {
  // After the first failure of mount(8) come the consequences.
  const text = diagnostics.split("\n", 1)[0] ?? "";
  if (/^unshare: .*(Operation not permitted|Permission denied|No space left on device)/m.test(text)) {
    return {
      type: "unstarted",
      code: "sandbox.refused",
      text: `The kernel refuses the namespaces of a sandbox: ${text}`,
      hint: REFUSED_HINT,
    };
  }
  if (/chroot: .*'\/bin\/sh'/.test(text)) {
    return { type: "unstarted", code: "sandbox.shell-missing", text: "The step's base has no working /bin/sh, which starts every step." };
  }
  return {
    type: "unstarted",
    code: "sandbox.setup",
    text: `The sandbox could not be set up: ${text === "" ? "no reason was given" : text}`,
  };
}

/** What to do where namespaces are refused. */
export const REFUSED_HINT =
  "Allow user namespaces: `sysctl kernel.apparmor_restrict_unprivileged_userns=0` (Ubuntu), `sysctl kernel.unprivileged_userns_clone=1` (Debian), `sysctl user.max_user_namespaces=15000` where it is 0; in a container give it --privileged; or choose --sandbox host, which isolates nothing.";

interface End {
  readonly code: number | null;
  readonly signal: string | null;
  readonly error?: Error;
}

function ended(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: null, signal: null, error }));
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
}
