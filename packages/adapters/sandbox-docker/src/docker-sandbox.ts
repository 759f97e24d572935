import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Base } from "@fresco/pipeline";
import { FrescoError } from "@fresco/ports";
import type { BaseIdentity, LayerRef, LeftStep, RunningStep, Sandbox, SandboxCapabilities, StepRequest } from "@fresco/ports";
import { removeContainer, startAttached } from "./attached.ts";
import { BaseImages, identityOf } from "./base-images.ts";
import type { Pull } from "./base-images.ts";
import { captureImage } from "./capture.ts";
import type { Environment } from "./configuration.ts";
import { connect, engineError, remoteError } from "./connect.ts";
import { containerOptions, networkFiles, workspaceMounts } from "./container-options.ts";
import { DockerStep, UnstartedStep } from "./docker-step.ts";
import type { Endpoint } from "./endpoint.ts";
import type { ContainerOptions, EngineApi, ImageFacts } from "./engine-api.ts";
import { factsOf } from "./engine-facts.ts";
import type { EngineFacts } from "./engine-facts.ts";
import { readNote, writeNote } from "./engine-note.ts";
import type { EngineNote } from "./engine-note.ts";
import { labelsOf } from "./labels.ts";
import { imageOf, removeImage } from "./layer-image.ts";
import type { LayerImage } from "./layer-image.ts";
import { Networks } from "./networks.ts";
import type { Network } from "./networks.ts";
import { hasForeign } from "./ownership.ts";
import { PreparedBases } from "./prepared-bases.ts";
import { removeTrees } from "./remove-trees.ts";
import { runHelper } from "./run-helper.ts";
import { WORKSPACE, startScript } from "./script.ts";
import { sweep } from "./sweep.ts";

/** What a sandbox needs from those who compose it. */
export interface DockerSandboxOptions {
  /** Asked for when it is needed. @throws FrescoError `engine.address`, `engine.context`. */
  readonly endpoint: () => Endpoint;
  /** Names the store in the Engine, which others may use too. */
  readonly store: () => string;
  /** @default "missing" */
  readonly pull?: Pull;
  /** The user's environment: it says where logins to registries are. @default nothing */
  readonly environment?: Environment;
  /** One line about the fetching of an image. */
  readonly onProgress?: (text: string) => void;
}

/** What an owner has here. */
interface OwnerState {
  readonly networks: Networks;
  /** Resolves when the note that tells of it is written: before anything is made in the Engine, since whoever ends what the owner left reads it. */
  readonly noted: Promise<void>;
}

/** Runs each step in a container of its own. What a step changes in the system is kept as an image, its workspace is an overlay that the Engine mounts. */
export class DockerSandbox implements Sandbox {
  readonly kind = "docker";
  readonly capabilities: SandboxCapabilities = {
    system: "layered",
    workspace: ["overlay", "directory"],
    workspacePath: WORKSPACE,
    network: ["default", "none"],
    resources: true,
    user: true,
    notices: [],
    keyed: ["system:layered"],
  };
  readonly #options: DockerSandboxOptions;
  readonly #images: BaseImages;
  readonly #prepared: PreparedBases;
  readonly #owners = new Map<string, OwnerState>();
  #engine: Promise<EngineApi> | undefined;
  #facts: Promise<EngineFacts> | undefined;
  #endpoint: Endpoint | undefined;
  /** One that is there. */
  #helperImage: string | undefined;

  constructor(options: DockerSandboxOptions) {
    this.#options = options;
    const { pull = "missing", environment = {}, onProgress = () => undefined } = options;
    const engine = (): Promise<EngineApi> => this.#connected();
    this.#images = new BaseImages({ endpoint: () => this.#address(), engine, pull, environment, onProgress });
    this.#prepared = new PreparedBases({
      engine,
      inspect: (name) => this.#images.inspect(name),
      labels: () => labelsOf({ store: options.store(), owner: "" }, "base"),
    });
  }

  async identify(base: Base): Promise<BaseIdentity> {
    const endpoint = this.#address();
    if (endpoint.address.type === "ssh") throw remoteError(endpoint.url, endpoint.because);
    return { identity: identityOf(await this.#images.of(base)), inherited: {}, mounts: [] };
  }

  async holds(layer: LayerRef): Promise<boolean> {
    const image = imageOf(layer);
    if (image?.id === undefined) return false;
    return (await this.#images.inspect(image.name))?.Id === image.id;
  }

  async start(request: StepRequest): Promise<RunningStep> {
    const base = await this.#images.of(request.base);
    mkdirSync(request.scratch, { recursive: true, mode: 0o700 });
    this.#helperImage = base.Id;
    const owner = this.#ownerOf(request, base);
    await owner.noted;
    try {
      return await this.#startOn(request, base, owner.networks);
    } catch (cause) {
      const error = engineError(cause, this.#address(), "start the step");
      if (/exec: "\/bin\/sh"|no such file or directory/.test(error.message) && /exec/.test(error.message)) {
        return new UnstartedStep({
          type: "unstarted",
          code: "sandbox.shell-missing",
          text: "The step's image has no working /bin/sh, which starts every step.",
        });
      }
      if (/bind source path does not exist|invalid mount config/.test(error.message))
        throw remoteError(this.#address().url, this.#address().because);
      throw error;
    }
  }

  async #startOn(request: StepRequest, base: ImageFacts, networks: Networks): Promise<RunningStep> {
    const engine = await this.#connected();
    openTo(request.user ?? base.Config?.User, request.workspace);
    const [prepared, { rootless }] = await Promise.all([this.#prepared.of(base), this.#whatItIs()]);
    const [image, network] = await Promise.all([
      this.#imageFor(request, prepared),
      // Its container keeps the prepared image in use, so that nobody removes it during the run.
      networks.take(request.network ?? "default", prepared, base),
    ]);
    try {
      const attached = await startAttached(engine, this.#containerOf(request, base, image, { network, rootless }));
      const word = randomBytes(12).toString("hex");
      const [program = "/bin/sh", ...options] = request.shell;
      const step = new DockerStep(attached, {
        word,
        script: startScript({ word, cwd: request.cwd, env: request.env, argv: [program, ...options, "-c", request.command] }),
        output: request.output,
        failure: (cause, doing) => engineError(cause, this.#address(), doing),
        onEnded: async (exit) => {
          networks.giveBack(network);
          if (exit.type === "exited" && exit.code === 0) await this.#takeOver(request, base);
        },
        capture: (into) =>
          captureImage({
            engine,
            container: attached.container,
            image,
            into,
            repository: `fresco-${this.#options.store()}/layer`,
            labels: labelsOf({ ...this.#marks(request) }, goesWithRun(request, into.path) ? "run" : "cache"),
            inspect: (name) => this.#images.inspect(name),
          }),
      });
      await step.settled;
      return step;
    } catch (error) {
      networks.giveBack(network);
      throw error;
    }
  }

  async reclaim({ token }: LeftStep): Promise<void> {
    if (token === "") return;
    await this.#inEngine("remove a container that a step left", (engine) => removeContainer(engine.getContainer(token)));
  }

  /**
   * In the Engine first: nothing is taken away beneath a container that lives, and as long as something is left there its note and its layers'
   * directories tell of it.
   */
  async discard(directories: readonly string[]): Promise<void> {
    const notes = directories.flatMap((directory) => readNote(directory) ?? []);
    const images = directories.flatMap((directory) => imageOf({ path: directory }) ?? []);
    if (notes.length > 0 || images.length > 0)
      await this.#inEngine("remove what steps left", (engine) => this.#sweep(engine, notes, images, directories));
    const closed = await removeTrees(directories);
    // Where nothing ran in an Engine it is not the Engine's to remove.
    if (closed.length === 0 || (notes.length === 0 && this.#helperImage === undefined)) return;
    await this.#inEngine("remove what steps left", async (engine) => {
      for (const directory of closed) await this.#removeAsRoot(engine, directory, notes[0]?.image ?? this.#helperImage);
    });
  }

  async #sweep(engine: EngineApi, notes: readonly EngineNote[], images: readonly LayerImage[], going: readonly string[]): Promise<void> {
    for (const { owner } of notes) {
      await this.#owners.get(owner)?.networks.close();
      await sweep(engine, { store: this.#options.store(), owner }, going);
      this.#owners.delete(owner);
    }
    for (const { name } of images) await removeImage(engine, name);
    if (notes.length > 0) await this.#prepared.removeOrphans();
  }

  /** @throws FrescoError `engine.*` for whatever goes wrong. */
  async #inEngine<T>(doing: string, work: (engine: EngineApi) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#connected());
    } catch (cause) {
      throw engineError(cause, this.#address(), doing);
    }
  }

  /** What other users than ours wrote goes through the Engine, as it came. */
  async #removeAsRoot(engine: EngineApi, directory: string, image: string | undefined): Promise<void> {
    const base = image === undefined ? undefined : await this.#images.inspect(image);
    if (base === undefined) {
      throw new FrescoError("sandbox.undiscardable", `Files that a step wrote into ${directory} cannot be removed by this user.`, {
        hint: "Remove them as root.",
      });
    }
    const { code, output } = await runHelper(engine, {
      image: base.Id,
      base,
      labels: labelsOf({ store: this.#options.store(), owner: "" }, "run"),
      mounts: [{ Type: "bind", Source: dirname(directory), Target: "/mnt" }],
      script: `rm -rf -- '/mnt/${basename(directory).replaceAll("'", `'\\''`)}'\n`,
    });
    if (code !== 0) throw new FrescoError("sandbox.undiscardable", `Files in ${directory} cannot be removed: ${output.trim()}`);
  }

  /** What the container's users wrote becomes the caller's. Root needs none of that. */
  async #takeOver({ workspace, ...request }: StepRequest, base: ImageFacts): Promise<void> {
    const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
    if (uid === 0) return;
    const written = workspace.type === "overlay" ? workspace.upper : workspace.path;
    if (!hasForeign(written, uid)) return;
    // In a rootless Engine's containers the caller is root.
    const owner = (await this.#whatItIs()).rootless ? "0:0" : `${uid}:${gid}`;
    const { code, output } = await runHelper(await this.#connected(), {
      image: base.Id,
      base,
      labels: labelsOf(this.#marks(request), "run"),
      mounts: [{ Type: "bind", Source: written, Target: "/mnt" }],
      script: `chown -hR ${owner} /mnt\n`,
    });
    if (code !== 0) throw new Error(`chown in the image failed: ${output.trim()}`);
  }

  async #imageFor({ system }: StepRequest, prepared: ImageFacts): Promise<ImageFacts> {
    const top = system.at(-1);
    if (top === undefined) return prepared;
    const layer = imageOf(top);
    const facts = layer === undefined ? undefined : await this.#images.inspect(layer.id ?? layer.name);
    if (facts !== undefined) return facts;
    throw new FrescoError(
      "layer.missing",
      `the image of a layer beneath the step is gone from the Docker Engine${layer === undefined ? "" : `: ${layer.name}`}`,
      {
        hint: "run again: the step that gives it will run too",
      },
    );
  }

  #containerOf(
    request: StepRequest,
    base: ImageFacts,
    image: ImageFacts,
    { network, rootless }: { readonly network: Network; readonly rootless: boolean },
  ): ContainerOptions {
    const labels = labelsOf(this.#marks(request), "run");
    const names = join(request.scratch, "n");
    mkdirSync(names, { mode: 0o700 });
    const { cpus, memory } = request.resources ?? {};
    return containerOptions(image.Id, base, request.user, labels, {
      NetworkMode: network.mode,
      Mounts: [...workspaceMounts(request, { names, labels, rootless }), ...networkFiles(join(request.scratch, "etc"), network.files)],
      ...(cpus === undefined ? {} : { NanoCpus: Math.round(cpus * 1e9) }),
      ...(memory === undefined ? {} : { Memory: memory }),
    });
  }

  #ownerOf({ owner, shared, scratch }: StepRequest, base: ImageFacts): OwnerState {
    const known = this.#owners.get(owner);
    if (known !== undefined) return known;
    const labels = (): Record<string, string> => labelsOf({ store: this.#options.store(), owner }, "run");
    const made = {
      networks: new Networks({ engine: () => this.#connected(), labels }),
      noted: writeNote(shared ?? join(scratch, "shared"), { owner, image: base.Id }),
    };
    this.#owners.set(owner, made);
    return made;
  }

  #marks({ owner, run, job }: Pick<StepRequest, "owner" | "run" | "job">): { store: string; owner: string; run: string; job: string } {
    return { store: this.#options.store(), owner, run, job };
  }

  #whatItIs(): Promise<EngineFacts> {
    this.#facts ??= this.#connected().then((engine) => factsOf(engine, this.#address()));
    return this.#facts;
  }

  #address(): Endpoint {
    this.#endpoint ??= this.#options.endpoint();
    return this.#endpoint;
  }

  #connected(): Promise<EngineApi> {
    this.#engine ??= connect(this.#address());
    return this.#engine;
  }
}

/** The workspace is the caller's. Another user must be able to add to it at least. */
function openTo(user: string | undefined, workspace: StepRequest["workspace"]): void {
  if (user === undefined || /^(root|0|)(:|$)/.test(user)) return;
  chmodSync(workspace.type === "overlay" ? workspace.upper : workspace.path, 0o777);
}

/** A layer in the owner's own directory goes with it. */
function goesWithRun({ shared }: StepRequest, path: string): boolean {
  return shared !== undefined && path.startsWith(`${dirname(shared)}/`);
}
