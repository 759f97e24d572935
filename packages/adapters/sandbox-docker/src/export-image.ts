import { Readable } from "node:stream";
import { removeContainer } from "./attached.ts";
import { BaseImages } from "./base-images.ts";
import type { Environment } from "./configuration.ts";
import { connect, engineError } from "./connect.ts";
import { containerOptions } from "./container-options.ts";
import type { Endpoint } from "./endpoint.ts";

/** What an image says of its commands. */
export interface ExportedConfig {
  /** `NAME=value` each. */
  readonly env: readonly string[];
  readonly user: string | undefined;
}

/**
 * Hands an image's whole file system over as one tar, and gives what it says of its commands; a container of it is made for that and removed.
 * @param onProgress One line about the fetching of the image, where it is missing.
 * @throws FrescoError `image.missing`, `engine.*`.
 */
export async function exportImage(
  endpoint: Endpoint,
  environment: Environment,
  name: string,
  onProgress: (text: string) => void,
  take: (tar: Readable) => Promise<unknown>,
): Promise<ExportedConfig> {
  const engine = await connect(endpoint);
  const images = new BaseImages({ endpoint: () => endpoint, engine: async () => engine, pull: "missing", environment, onProgress });
  const base = await images.of({ type: "image", image: name });
  const { Env, User } = base.Config ?? {};
  try {
    const container = await engine.createContainer(containerOptions(base.Id, base, undefined, {}, { NetworkMode: "none", Mounts: [] }));
    try {
      await take(Readable.from(await container.export()));
    } finally {
      await removeContainer(container);
    }
    return { env: Env ?? [], user: User };
  } catch (cause) {
    throw engineError(cause, endpoint, `hand over the image ${name}`);
  }
}
