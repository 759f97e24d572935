import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IMAGE } from "../../../packages/adapters/sandbox-docker/test/engine.ts";
import { removeImages } from "./engine-leftovers.ts";
import { PIPELINES } from "./pipelines.ts";

/** How a command of the product ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is going on. */
export interface Going {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Resolves at the end of this one process, whatever it left. */
  readonly ended: Promise<Ended>;
  /** What it has printed so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
}

export interface SceneOptions {
  /** The built command, `apps/cli/bin/fresco.js`. */
  readonly command: string;
  /** What FRESCO_HOME names. @default a directory beside the project */
  readonly home?: string;
  /** `docker`: its pipelines stand on an image. @default namespaces or the host */
  readonly sandbox?: string;
}

/** The Engine that the command is to use, where that is another than the usual one. */
function engineAddress(): Record<string, string> {
  const { DOCKER_HOST } = process.env;
  return DOCKER_HOST === undefined ? {} : { DOCKER_HOST };
}

/** The same pipelines on an image, in which the system is writable for them as well. */
function onImage(text: string): string {
  return text.replaceAll("{ env: round }", `{ env: round, image: "${IMAGE}" }`).replace("], { env: {", `], { image: "${IMAGE}", env: {`);
}

const SOURCES = ["a", "b", "marker"] as const;

function contentOf(name: string, round: number): string {
  return `${name} ${round}\n`;
}

/** A project with a FRESCO_HOME of its own, and a word that is in the environment of everything that the product starts there. */
export class Scene implements Disposable {
  readonly project: string;
  readonly home: string;
  readonly mark: string;
  /** Do its steps run in a Docker Engine? */
  readonly engine: boolean;
  readonly #directory: string;
  readonly #command: string;
  #commands = 0;
  #round = 0;

  constructor({ command, home, sandbox }: SceneOptions) {
    this.#command = command;
    this.#directory = mkdtempSync(join(tmpdir(), "fresco-crash-"));
    this.project = join(this.#directory, "project");
    this.home = home ?? join(this.#directory, "home");
    this.mark = `crash-${this.#directory.slice(-6)}`;
    mkdirSync(join(this.project, ".fresco"), { recursive: true });
    this.engine = sandbox === "docker";
    for (const [name, text] of Object.entries(PIPELINES)) this.write(`.fresco/${name}.ts`, this.engine ? onImage(text) : text);
    this.edit(0);
    spawnSync("git", ["init", "-q", this.project]);
  }

  /** The state directory, with the store in it. */
  get state(): string {
    return join(this.home, "state");
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.project, path), text);
  }

  /** Gives the source files other contents. */
  edit(round: number): void {
    for (const name of SOURCES) this.write(`${name}.txt`, contentOf(name, round));
    this.#round = round;
  }

  /** What is in the source files now. */
  get files(): Readonly<Record<(typeof SOURCES)[number], string>> {
    return { a: contentOf("a", this.#round), b: contentOf("b", this.#round), marker: contentOf("marker", this.#round) };
  }

  /** Starts a command of the product. `through`: a program to start it with, and its arguments. */
  start(args: readonly string[], through: readonly string[] = []): Going {
    const [program = this.#command, ...rest] = [...through, this.#command, ...args];
    this.#commands += 1;
    // Files, since what a killed command leaves running may hold a pipe open.
    const [out, err] = ["out", "err"].map((name) => join(this.#directory, `${this.#commands}.${name}`));
    if (out === undefined || err === undefined) throw new Error("no names");
    const descriptors = [openSync(out, "w"), openSync(err, "w")] as const;
    const child = spawn(program, rest, {
      cwd: this.project,
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], FRESCO_HOME: this.home, CRASH_MARK: this.mark, ...engineAddress() },
      stdio: ["ignore", ...descriptors],
    });
    for (const descriptor of descriptors) closeSync(descriptor);
    const { pid } = child;
    if (pid === undefined) throw new Error(`${program} could not be started`);
    const stdout = (): string => readFileSync(out, "utf8");
    const stderr = (): string => readFileSync(err, "utf8");
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => resolve({ code, signal, stdout: stdout(), stderr: stderr() }));
    });
    return { child, pid, ended, stdout, stderr };
  }

  /** Runs a command of the product to its end. */
  async run(args: readonly string[]): Promise<Ended> {
    return this.start(args).ended;
  }

  [Symbol.dispose](): void {
    if (this.engine && existsSync(join(this.state, "store.db"))) removeImages(this.state);
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
