import { chmod, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Base } from "@fresco/pipeline";
import type { LayerRef, RunningStep, Sandbox, SandboxCapabilities, StepExit, StepRequest, WorkspaceDescription } from "@fresco/ports";

/** What the contract suite of `Sandbox` is given. */
export interface SandboxSubject {
  readonly sandbox: Sandbox;
  /** An existing empty directory; whoever opened the subject removes it. */
  readonly directory: string;
  /** What steps stand on. @default the host */
  readonly base?: Base;
}

/** What a case asks for; everything has a default. */
export interface Wish {
  readonly files?: Readonly<Record<string, string>>;
  readonly workspace?: WorkspaceDescription;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly shell?: readonly string[];
  readonly system?: readonly LayerRef[];
  readonly output?: StepRequest["output"];
  readonly user?: string;
  readonly network?: "default" | "none";
  /** Without a directory that steps share. @default false */
  readonly alone?: boolean;
  /** @default true, unless it is alone */
  readonly followed?: boolean;
  /** @default one that does not exist */
  readonly scratch?: string;
}

/** A step that ended. */
export interface Ended {
  readonly exit: StepExit;
  /** One character a byte. */
  readonly stdout: string;
  readonly stderr: string;
  readonly step: RunningStep;
}

/** Runs steps of a sandbox in workspaces that it makes according to the sandbox's capabilities. */
export class Rig {
  readonly sandbox: Sandbox;
  readonly directory: string;
  readonly base: Base;
  readonly capabilities: SandboxCapabilities;
  #steps = 0;

  constructor(subject: SandboxSubject) {
    this.sandbox = subject.sandbox;
    this.directory = subject.directory;
    this.base = subject.base ?? { type: "host" };
    this.capabilities = this.sandbox.capabilitiesOver?.(this.base) ?? this.sandbox.capabilities;
  }

  /** A workspace that holds these files. */
  async workspace(files: Readonly<Record<string, string>> = {}): Promise<WorkspaceDescription> {
    const home = await this.fresh("workspace");
    const content = join(home, "content");
    await mkdir(content);
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(content, path)), { recursive: true });
      await writeFile(join(content, path), text);
    }
    return this.capabilities.workspace.includes("overlay") ? this.#overlay([content]) : { type: "directory", path: content };
  }

  /** What the next step sees of a workspace that a step has written to. */
  async next(workspace: WorkspaceDescription): Promise<WorkspaceDescription> {
    return workspace.type === "directory" ? workspace : this.#overlay([workspace.upper, ...workspace.lower]);
  }

  async #overlay(lower: readonly string[]): Promise<WorkspaceDescription> {
    const [upper, work] = [await this.fresh("upper"), await this.fresh("work")];
    await chmod(upper, 0o755);
    return { type: "overlay", lower, upper, work };
  }

  /** A fresh directory. */
  async fresh(name: string): Promise<string> {
    return mkdtemp(join(this.directory, `${name}-`));
  }

  /** Starts a step; `said` resolves when its standard output holds this text. */
  async start(
    command: string,
    wish: Wish = {},
  ): Promise<{ readonly step: RunningStep; readonly ended: Promise<Ended>; readonly said: (text: string) => Promise<void> }> {
    const output = new Output(wish.output);
    const step = await this.sandbox.start({
      owner: "owner",
      run: "run",
      job: `job-${(this.#steps += 1)}`,
      attempt: 1,
      base: this.base,
      toolchains: [],
      system: wish.system ?? [],
      workspace: wish.workspace ?? (await this.workspace(wish.files)),
      command,
      shell: wish.shell ?? ["/bin/sh", "-e"],
      cwd: wish.cwd ?? ".",
      env: { CI: "true", ...wish.env },
      ...(wish.user === undefined ? {} : { user: wish.user }),
      ...(wish.network === undefined ? {} : { network: wish.network }),
      scratch: wish.scratch ?? join(await this.fresh("scratch"), "made"),
      ...(wish.alone === true ? {} : { shared: join(this.directory, "shared"), followed: wish.followed ?? true }),
      output: output.take,
    });
    const ended = step.exit.then((exit) => ({ exit, step, stdout: output.text("stdout"), stderr: output.text("stderr") }));
    return { step, ended, said: (text) => output.said(text) };
  }

  /** Runs a step to its end and releases it. */
  async run(command: string, wish: Wish = {}): Promise<Ended> {
    const { step, ended } = await this.start(command, wish);
    const result = await ended;
    await step.release();
    return result;
  }
}

/** The exit code that a shell would report. */
export function codeOf(exit: StepExit): number | undefined {
  if (exit.type === "exited") return exit.code;
  if (exit.type === "signalled") return 128 + (SIGNALS[exit.signal] ?? 0);
  return undefined;
}

const SIGNALS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

class Output {
  readonly take: StepRequest["output"];
  readonly #chunks: Record<"stdout" | "stderr", string[]> = { stdout: [], stderr: [] };
  #waiting: (() => void)[] = [];

  constructor(instead: StepRequest["output"] | undefined) {
    this.take = (stream, chunk) => {
      if (instead !== undefined) return instead(stream, chunk);
      this.#chunks[stream].push(Buffer.from(chunk).toString("latin1"));
      for (const look of this.#waiting.splice(0)) look();
    };
  }

  text(stream: "stdout" | "stderr"): string {
    return this.#chunks[stream].join("");
  }

  said(text: string): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.text("stdout").includes(text)) resolve();
        else this.#waiting.push(look);
      };
      look();
    });
  }
}
