import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The built command, started as a user starts it. */
const COMMAND = fileURLToPath(new URL("../bin/fresco.js", import.meta.url));

/** How a command ended. */
export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  /** @default the project's root */
  readonly cwd?: string;
  /** Over what every command of the project gets; `undefined` takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A command that runs. */
export class RunningCommand {
  readonly child: ChildProcess;
  readonly outcome: Promise<Outcome>;
  #stdout = "";
  #stderr = "";
  #woken = Promise.withResolvers<void>();

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      this.#wake();
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
      this.#wake();
    });
    this.outcome = this.#end();
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error("the command could not be started");
    return this.child.pid;
  }

  /** What it has printed so far. */
  said(): string {
    return this.#stdout + this.#stderr;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Resolves once the text has been printed on stdout or stderr; rejects with everything that was if the command ends before. */
  async printed(text: string): Promise<void> {
    let ended = false;
    const end = this.outcome.then(() => (ended = true));
    while (!this.#stdout.includes(text) && !this.#stderr.includes(text)) {
      if (ended) throw new Error(`"${text}" was not printed:\n${this.#stdout}\n${this.#stderr}`);
      await Promise.race([this.#woken.promise, end]);
    }
  }

  async #end(): Promise<Outcome> {
    const [code, signal]: [number | null, NodeJS.Signals | null] = await new Promise((resolve, reject) => {
      this.child.once("error", reject);
      this.child.once("close", (status, by) => resolve([status, by]));
    });
    return { code, signal, stdout: this.#stdout, stderr: this.#stderr };
  }

  #wake(): void {
    this.#woken.resolve();
    this.#woken = Promise.withResolvers<void>();
  }
}

/** A project in a temporary directory, with a state of Fresco's and a home directory of its own. */
export class TemporaryProject implements AsyncDisposable {
  /** Everything below it is removed at the end. */
  readonly directory: string;
  /** What its pipelines stand on unless they say otherwise; `undefined`: the host. */
  readonly image: string | undefined;
  readonly #commands = new Set<RunningCommand>();

  private constructor(directory: string, image: string | undefined) {
    this.directory = directory;
    this.image = image;
  }

  /** @param files by their paths from the project's root */
  static async create(files: Readonly<Record<string, string>> = {}, image?: string): Promise<TemporaryProject> {
    if (!existsSync(new URL("../dist/main.js", import.meta.url))) throw new Error("the command is not built: npm run build");
    const project = new TemporaryProject(await mkdtemp(join(tmpdir(), "fresco-cli-")), image);
    await Promise.all([project.root, project.home].map((directory) => mkdir(directory)));
    await project.write(files);
    return project;
  }

  get root(): string {
    return join(this.directory, "project");
  }

  /** `FRESCO_HOME`. */
  get state(): string {
    return join(this.directory, "fresco");
  }

  get home(): string {
    return join(this.directory, "home");
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      const file = join(this.root, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    }
  }

  /** Writes `.fresco/ci.ts` with everything that the DSL has in scope. `body` ends with the default export. */
  pipeline(body: string): Promise<void> {
    const names = "all, env, forever, onChange, onValue, optional, scratch, secrets, sh, target, ttl, wait";
    const onImage = `const pipeline = (name: string, leaves: never, options = {}) => plain(name, leaves, { image: "${this.image}", ...options });\n`;
    return this.write({
      ".fresco/ci.ts":
        this.image === undefined
          ? `import { ${names}, pipeline } from "fresco";\n${body}\n`
          : `import { ${names}, pipeline as plain } from "fresco";\n${onImage}${body}\n`,
    });
  }

  async remove(path: string): Promise<void> {
    await rm(join(this.root, path), { recursive: true });
  }

  /** Starts the command and leaves it running. */
  start(parameters: readonly string[], { cwd = this.root, env = {} }: StartOptions = {}): RunningCommand {
    const child = spawn(COMMAND, parameters, { cwd, env: this.#environment(env), stdio: ["ignore", "pipe", "pipe"] });
    const command = new RunningCommand(child);
    this.#commands.add(command);
    return command;
  }

  /** Runs the command to its end. */
  fresco(parameters: readonly string[], options?: StartOptions): Promise<Outcome> {
    return this.start(parameters, options).outcome;
  }

  /** Runs the command, which must end well. */
  async passing(parameters: readonly string[], options?: StartOptions): Promise<Outcome> {
    const outcome = await this.fresco(parameters, options);
    if (outcome.code !== 0)
      throw new Error(`fresco ${parameters.join(" ")}: exit code ${outcome.code}\n${outcome.stdout}\n${outcome.stderr}`);
    return outcome;
  }

  /** Runs `git` in the project, as a user without any configuration. */
  async git(...parameters: readonly string[]): Promise<void> {
    const identity = { GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@b", GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@b" };
    const child = spawn("git", parameters, { cwd: this.root, env: this.#environment(identity), stdio: "ignore" });
    await once(child, "exit");
    if (child.exitCode !== 0) throw new Error(`git ${parameters.join(" ")}: exit code ${child.exitCode}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { child } of this.#commands) child.kill("SIGKILL");
    await Promise.allSettled([...this.#commands].map(({ outcome }) => outcome));
    if (this.image !== undefined) this.#removeImages();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Images of cached layers stay as long as the cache does, which goes now. */
  #removeImages(): void {
    const names = globSync("state/l/*/image.json", { cwd: this.state }).flatMap((file) => {
      const name = /"name":"([^"]+)"/.exec(readFileSync(join(this.state, file), "utf8"))?.[1];
      return name === undefined ? [] : [name];
    });
    if (names.length > 0) spawnSync("docker", ["image", "rm", ...names], { stdio: "ignore" });
  }

  #environment(more: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
    // Found last: where the repository has no Node of its own, the command takes this one.
    const path = ["/usr/local/bin", "/usr/bin", "/bin", dirname(process.execPath)].join(":");
    return { ...wayOut(), PATH: path, HOME: this.home, FRESCO_HOME: this.state, TZ: "UTC", ...more };
  }
}

/** What this machine may need to reach a registry. */
function wayOut(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(NODE_EXTRA_CA_CERTS|(HTTPS?|NO)_PROXY)$/i.test(name)));
}

/** The text with everything replaced that differs from run to run. */
export function steady(text: string, project: TemporaryProject): string {
  return (
    text
      .replaceAll(project.root, "PROJECT")
      .replaceAll(/\b0[0-9a-z]{12}\b/g, "RUN")
      .replaceAll(/\b[0-9a-f]{12,64}\b/g, "HASH")
      .replaceAll(/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b/g, "INSTANT")
      .replaceAll(/\b\d{13}\b/g, "TIME")
      .replaceAll(/\b(?:\d+m\d\ds|\d+\.\ds|\d+ms)/g, "TOOK")
      .replaceAll(/("durationMs": )\d+/g, "$1TOOK")
      // What the sandbox says of itself differs from user to user: in a run's words, and behind a run that is shown.
      .replaceAll(/^note ▲ Without root .*\n|\n^▲ Without root .*\n/gm, "")
      // Columns are as wide as their widest cell, which may be one of these.
      .replaceAll(/(?<=\S) {2,}/g, "  ")
  );
}
