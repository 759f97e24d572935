import { FrescoError } from "@fresco/ports";
import type { Base } from "@fresco/pipeline";
import type { Environment } from "./configuration.ts";
import { engineError, statusOf, wordsOf } from "./connect.ts";
import type { Endpoint } from "./endpoint.ts";
import type { EngineApi, ImageFacts } from "./engine-api.ts";
import { quickInspect } from "./quick-inspect.ts";
import { loginFor } from "./registry-login.ts";

/** When an image is fetched from its registry. */
export type Pull = "always" | "missing" | "never";

export interface BaseImagesOptions {
  readonly endpoint: () => Endpoint;
  readonly engine: () => Promise<EngineApi>;
  readonly pull: Pull;
  /** The user's, which says where logins to registries are. */
  readonly environment: Environment;
  /** One line about how fetching goes. */
  readonly onProgress: (text: string) => void;
}

/** Images that pipelines name, each resolved once to what it is now: whatever its name means later, this run stands on the same one. */
export class BaseImages {
  readonly #options: BaseImagesOptions;
  readonly #known = new Map<string, Promise<ImageFacts>>();

  constructor(options: BaseImagesOptions) {
    this.#options = options;
  }

  /**
   * @throws FrescoError `base.unsupported` for a base that is no image, `image.missing` with the registry's words, `image.volumes` for one that declares
   *   volumes, `engine.*` when no Engine answers.
   */
  of(base: Base): Promise<ImageFacts> {
    if (base.type !== "image") {
      throw new FrescoError("base.unsupported", "a step in Docker needs an image, and this one stands on the host or a directory", {
        kind: "input",
        hint: 'give the pipeline or the step an `image: "name"`, or choose --sandbox auto',
      });
    }
    const known = this.#known.get(base.image);
    if (known !== undefined) return known;
    const resolved = this.#resolve(base.image);
    this.#known.set(base.image, resolved);
    resolved.catch(() => this.#known.delete(base.image));
    return resolved;
  }

  /** An image by name or id, as it is now. @throws FrescoError `engine.*`. */
  async inspect(name: string): Promise<ImageFacts | undefined> {
    const { engine } = this.#options;
    const endpoint = this.#options.endpoint();
    try {
      if (endpoint.address.type === "unix") return await quickInspect(endpoint.address, name);
      return await (await engine()).getImage(name).inspect();
    } catch (cause) {
      if (statusOf(cause) === 404) return undefined;
      throw engineError(cause, endpoint, `look at the image ${name}`);
    }
  }

  async #resolve(name: string): Promise<ImageFacts> {
    const { pull } = this.#options;
    const there = pull === "always" ? undefined : await this.inspect(name);
    const facts = there ?? (pull === "never" ? undefined : await this.#fetch(name));
    if (facts === undefined) {
      throw new FrescoError("image.missing", `there is no image ${name} in the Docker Engine`, {
        kind: "input",
        hint: "--pull missing fetches it; `docker build -t` or `docker import` makes one",
      });
    }
    const volumes = Object.keys(facts.Config?.Volumes ?? {});
    if (volumes.length === 0) return facts;
    throw new FrescoError(
      "image.volumes",
      `the image ${name} declares volumes at ${volumes.join(", ")}: what a step changes there would be lost for the next`,
      {
        kind: "input",
        hint: `make an image without them: docker create --name flat ${name} && docker export flat | docker import - ${name}-flat`,
      },
    );
  }

  async #fetch(name: string): Promise<ImageFacts | undefined> {
    const { engine, onProgress } = this.#options;
    onProgress(`fetching the image ${name}`);
    try {
      const login = await loginFor(name, this.#options.environment);
      const options = login === undefined ? {} : { authconfig: login };
      await followed(await (await engine()).pull(tagged(name), options), onProgress);
    } catch (cause) {
      const error = engineError(cause, this.#options.endpoint(), `fetch the image ${name}`);
      if (error.code !== "engine.failed") throw error;
      throw new FrescoError("image.missing", `the image ${name} is not in the Docker Engine, and it cannot be fetched: ${wordsOf(cause)}`, {
        cause,
        hint: "correct its name, log in to its registry (`docker login`), or make it with `docker build` or `docker import`",
      });
    }
    return this.inspect(name);
  }
}

/** Without a tag the Engine would fetch all of them. */
function tagged(name: string): string {
  return name.includes("@") || /:[^/]+$/.test(name) ? name : `${name}:latest`;
}

/** Reads the Engine's report, a JSON object a line, to its end. @throws Error with what it says of a failure. */
async function followed(report: NodeJS.ReadableStream, onProgress: (text: string) => void): Promise<void> {
  let text = "";
  for await (const chunk of report) {
    const lines = (text + chunk.toString()).split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) tell(line, onProgress);
  }
  if (text.trim() !== "") tell(text, onProgress);
}

function tell(line: string, onProgress: (text: string) => void): void {
  if (line.trim() === "") return;
  const message: unknown = JSON.parse(line);
  if (typeof message !== "object" || message === null) return;
  if ("error" in message) throw new Error(String(message.error));
  // Every few kilobytes are reported; what a reader wants to know is which layers are done.
  if ("status" in message && typeof message.status === "string" && /complete|exists|^Status|^Digest/i.test(message.status)) {
    onProgress(`${"id" in message && typeof message.id === "string" ? `${message.id}: ` : ""}${message.status}`);
  }
}

/** What a key covers of an image: its content and configuration, and the platform. */
export function identityOf({ Id, Os, Architecture, Variant }: ImageFacts): string {
  return `image:${Os}/${Architecture}${Variant === undefined || Variant === "" ? "" : `/${Variant}`}:${Id}`;
}
