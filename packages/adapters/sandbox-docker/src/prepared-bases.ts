import { createHash } from "node:crypto";
import { containerOptions } from "./container-options.ts";
import { removeContainer, startAttached } from "./attached.ts";
import type { EngineApi, ImageFacts, ListedImage } from "./engine-api.ts";
import { labelInstruction } from "./labels.ts";
import { removeImageOrLeave } from "./layer-image.ts";
import { WORKSPACE } from "./script.ts";

/** One repository for everybody: what is prepared for an image is the same for all, and holds nothing of anybody's. */
const REPOSITORY = "fresco-base";

/** Changes whenever the mounts of containers do, or what is said of the image. */
const VERSION = "2";

/** For which image it was prepared. */
const BASE_LABEL = "dev.fresco.base";

export interface PreparedBasesOptions {
  readonly engine: () => Promise<EngineApi>;
  readonly inspect: (name: string) => Promise<ImageFacts | undefined>;
  readonly labels: () => Record<string, string>;
}

/**
 * Base images in which everything that our containers mount has its place already. Otherwise the mount points would be changes of each step's own, and
 * nobody could tell a step that changed nothing from one that changed the directory in which one of them lies. Made once for an image and kept.
 */
export class PreparedBases {
  readonly #options: PreparedBasesOptions;
  readonly #made = new Map<string, Promise<ImageFacts>>();

  constructor(options: PreparedBasesOptions) {
    this.#options = options;
  }

  of(base: ImageFacts): Promise<ImageFacts> {
    const known = this.#made.get(base.Id);
    if (known !== undefined) return known;
    const made = this.#find(base);
    this.#made.set(base.Id, made);
    made.catch(() => this.#made.delete(base.Id));
    return made;
  }

  /** Removes what was prepared for images that have no name any more, by whomever: the Engine keeps an image as long as another stands on it. */
  async removeOrphans(): Promise<void> {
    const engine = await this.#options.engine();
    const prepared = await engine.listImages({ filters: { reference: [REPOSITORY] } });
    await Promise.all(prepared.map((image) => this.#removeOrphan(engine, image)));
  }

  async #removeOrphan(engine: EngineApi, { RepoTags, Labels }: ListedImage): Promise<void> {
    const id = Labels?.[BASE_LABEL];
    if (id === undefined) return;
    const base = await this.#options.inspect(id);
    if ((base?.RepoTags ?? []).length > 0 || (base?.RepoDigests ?? []).length > 0) return;
    for (const name of RepoTags ?? []) await removeImageOrLeave(engine, name);
  }

  async #find(base: ImageFacts): Promise<ImageFacts> {
    const { inspect } = this.#options;
    const tag = createHash("sha256").update(`${VERSION} ${base.Id}`).digest("hex");
    const found = await inspect(`${REPOSITORY}:${tag}`);
    if (found !== undefined) return found;
    await this.#make(base, tag);
    const made = await inspect(`${REPOSITORY}:${tag}`);
    if (made === undefined) throw new Error(`the Engine lost the image ${REPOSITORY}:${tag} that it just made`);
    return made;
  }

  async #make(base: ImageFacts, tag: string): Promise<void> {
    const engine = await this.#options.engine();
    const options = containerOptions(base.Id, base, "0", this.#options.labels(), { NetworkMode: "none", Mounts: [] });
    options.HostConfig.Tmpfs[WORKSPACE] = "mode=755";
    const { container, stream } = await startAttached(engine, options);
    try {
      stream.resume();
      stream.end();
      await container.wait();
      await container.commit({ repo: REPOSITORY, tag, pause: false, changes: labelInstruction({ [BASE_LABEL]: base.Id }) });
    } finally {
      await removeContainer(container);
    }
  }
}
