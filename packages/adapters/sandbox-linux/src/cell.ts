import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { Duplex } from "node:stream";
import type { OutputPipe, StepExit, StepRequest } from "@fresco/ports";
import { CONFINEMENT, INIT, STARTING_SHELL } from "./script.ts";
import { tools } from "./tools.ts";
import { lostOutput, unstarted } from "./unstarted.ts";

/** Where a cell is. */
export interface CellPlace {
  /** Arguments that make nsenter(1) enter the namespace of its system. */
  readonly entrance: readonly string[];
  /** Arguments for setpriv(1) besides what confines every step. */
  readonly groups: readonly string[];
  /** Arguments for chroot(1): who the step runs as. */
  readonly user: readonly string[];
  /** Does it have no network but a loopback of its own? */
  readonly alone: boolean;
  /** Where mount(8) runs. */
  readonly cwd: string;
  /** The table of what is mounted for this cell alone, whatever its step will be. */
  readonly fstab: string;
  /** The root directory, as the namespace has it. */
  readonly root: string;
}

/** What a cell is told once its step is known. */
export interface CellOrders {
  /** The table of what the step's workspace needs. */
  readonly fstab: string;
  /** What the shell inside reads. */
  readonly script: string;
  readonly output: StepRequest["output"];
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

/**
 * Namespaces of their own for one step, with everything mounted that does not depend on it and a confined shell that waits. Made while
 * something else goes on, it takes its step within a few milliseconds. It ends with this process, however that ends.
 */
export class Cell {
  /** Number of the outermost process, which leads a group of its own. */
  readonly pid: number | undefined;
  /** Resolves when the command is running or can no longer do so. */
  readonly settled: Promise<void>;
  /** Resolves when everything has ended and all output was delivered. */
  readonly exit: Promise<StepExit>;
  readonly #child: ChildProcess;
  readonly #stdout: OutputPipe;
  readonly #stderr: OutputPipe;
  readonly #reports: Reports = { init: undefined, started: false, missingShell: false, exit: undefined };
  readonly #settle: () => void;
  readonly #drained = Promise.withResolvers<readonly PromiseSettledResult<void>[]>();
  #script = "";
  #diagnostics = "";
  #ended = false;

  constructor(place: CellPlace, stdout: OutputPipe, stderr: OutputPipe) {
    const { setpriv } = tools();
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#child = spawn(setpriv, argumentsOf(place), {
      cwd: place.cwd,
      detached: true,
      env: mountingEnvironment,
      stdio: ["pipe", stdout.writeEnd, "pipe", "pipe", stderr.writeEnd],
    });
    this.pid = this.#child.pid;
    const settled = Promise.withResolvers<void>();
    this.settled = settled.promise;
    this.#settle = settled.resolve;
    // First of all: where it cannot be started, nothing else of it is there.
    this.exit = ended(this.#child).then((end) => this.#concluded(end));
    this.#listen();
  }

  /** The host's number of the namespace's pid 1, while it runs. */
  get init(): number | undefined {
    return this.#ended ? undefined : this.#reports.init;
  }

  /** Has it ended before it had a step? */
  get broken(): boolean {
    return this.#ended;
  }

  /** Gives it its step. */
  run({ fstab, script, output }: CellOrders): void {
    this.#script = script;
    const deliveries = [this.#stdout.drain((chunk) => output("stdout", chunk)), this.#stderr.drain((chunk) => output("stderr", chunk))];
    void Promise.allSettled(deliveries).then(this.#drained.resolve);
    this.#child.stdin?.end(`${fstab}\n`);
  }

  /** Ends it where no step wants it any more. Kills nothing: without orders it leaves by itself. */
  discard(): void {
    this.#child.stdin?.destroy();
    this.#child.stdio?.[3]?.destroy();
    this.#stdout.discard();
    this.#stderr.discard();
    this.#drained.resolve([]);
  }

  #listen(): void {
    const [orders, , diagnostics, control] = this.#child.stdio ?? [];
    diagnostics?.on("data", (chunk: Buffer) => {
      if (this.#diagnostics.length < LONGEST_DIAGNOSTICS) this.#diagnostics += chunk.toString("utf8");
    });
    // They break when the sandbox ends before it has read everything; its exit tells what happened.
    orders?.on("error", () => undefined);
    control?.on("error", () => undefined);
    if (!(control instanceof Duplex)) return;
    let text = "";
    control.on("data", (chunk: Buffer) => {
      const lines = (text + chunk.toString("latin1")).split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) this.#report(line, control);
      if (this.#reports.started) this.#settle();
    });
  }

  #report(line: string, control: Duplex): void {
    const [word, value] = line.split(" ");
    switch (word) {
      case "init":
        this.#reports.init = Number(value);
        return;
      case "mounted":
        control.write(this.#script);
        return;
      case "unmounted":
        // The shell inside finds the end of its script, and all of it ends.
        control.end();
        return;
      case "started":
        this.#reports.started = true;
        return;
      case "missing":
        this.#reports.missingShell = true;
        return;
      case "exit":
        this.#reports.exit = Number(value);
        return;
      default:
        return;
    }
  }

  async #concluded(end: End): Promise<StepExit> {
    this.#ended = true;
    this.#settle();
    const failed = (await this.#drained.promise).find((delivery) => delivery.status === "rejected");
    return failed === undefined ? this.#outcome(end) : lostOutput(failed.reason);
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

function argumentsOf({ entrance, groups, user, alone, cwd, fstab, root }: CellPlace): readonly string[] {
  const { setpriv, nsenter, unshare, sh, mount, chroot, ip } = tools();
  const namespaces = ["--mount", "--pid", "--ipc", "--uts", ...(alone ? ["--net"] : []), "--fork", "--kill-child"];
  const confine = [setpriv, ...CONFINEMENT, ...groups, chroot, ...user, root, ...STARTING_SHELL];
  const init = [sh, "-c", INIT, "fresco-init", cwd, mount, fstab, alone ? (ip ?? "") : "", ...confine];
  // The parent's death must reach unshare(1), which passes it on to the namespace: neither notices it by itself.
  return ["--pdeathsig", "KILL", nsenter, ...entrance, unshare, ...namespaces, ...init];
}

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
