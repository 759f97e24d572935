import { connect, engineError } from "./connect.ts";
import type { Endpoint } from "./endpoint.ts";
import type { EngineApi } from "./engine-api.ts";

/** What an Engine says of itself. */
export interface EngineFacts {
  readonly version: string;
  readonly api: string;
  readonly storage: string;
  readonly rootless: boolean;
}

/** The oldest API that has all calls. */
export const OLDEST_API = "1.41";

/** Does it run in a user namespace, where its root is the user who started it? */
export async function isRootless(engine: EngineApi): Promise<boolean> {
  return saysRootless((await engine.info()).SecurityOptions);
}

function saysRootless(options: readonly string[] | null | undefined): boolean {
  return (options ?? []).some((option) => option.includes("rootless"));
}

/** Asks an Engine who it is. @throws FrescoError `engine.unreachable`, `engine.forbidden`, `engine.remote`, `engine.failed`. */
export async function engineFacts(endpoint: Endpoint): Promise<EngineFacts> {
  try {
    const engine = await connect(endpoint);
    const [{ Version, ApiVersion }, { Driver, SecurityOptions }] = await Promise.all([engine.version(), engine.info()]);
    return { version: Version, api: ApiVersion, storage: Driver, rootless: saysRootless(SecurityOptions) };
  } catch (cause) {
    throw engineError(cause, endpoint, "say who it is");
  }
}
