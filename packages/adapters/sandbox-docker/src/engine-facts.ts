import { FrescoError } from "@fresco/ports";
import { connect, engineError } from "./connect.ts";
import type { Endpoint } from "./endpoint.ts";
import type { EngineApi } from "./engine-api.ts";

/** What an Engine says of itself. */
export interface EngineFacts {
  readonly version: string;
  readonly api: string;
  readonly storage: string;
  /** Does it run in a user namespace, where its root is the user who started it? */
  readonly rootless: boolean;
}

/** The oldest API that has all calls. */
export const OLDEST_API = "1.41";

/** Asks an Engine who it is. @throws FrescoError `engine.unreachable`, `engine.forbidden`, `engine.remote`, `engine.podman`, `engine.failed`. */
export async function engineFacts(endpoint: Endpoint): Promise<EngineFacts> {
  try {
    return await factsOf(await connect(endpoint), endpoint);
  } catch (cause) {
    throw engineError(cause, endpoint, "say who it is");
  }
}

/** The same of one that is connected to. @throws FrescoError `engine.podman`, and what the Engine says. */
export async function factsOf(engine: Pick<EngineApi, "version" | "info">, endpoint: Endpoint): Promise<EngineFacts> {
  const [{ Version, ApiVersion, Components }, { Driver, SecurityOptions }] = await Promise.all([engine.version(), engine.info()]);
  // It takes a container with a volume of given options, and makes an empty one: a step would run without its workspace.
  if (Components?.some(({ Name }) => /podman/i.test(Name))) throw podmanError(endpoint, Version);
  const rootless = (SecurityOptions ?? []).some((option) => option.includes("rootless"));
  return { version: Version, api: ApiVersion, storage: Driver, rootless };
}

function podmanError({ url, because }: Endpoint, version: string): FrescoError {
  return new FrescoError("engine.podman", `at ${url} (${because}) is Podman ${version}, which cannot mount the workspace of a step`, {
    hint: "use a Docker Engine, rootless or not; without one, `fresco image add` unpacks an image for the Linux sandbox",
  });
}
