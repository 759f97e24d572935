import { connect, engineError } from "./connect.ts";
import type { Endpoint } from "./endpoint.ts";

/** What an Engine says of itself. */
export interface EngineFacts {
  readonly version: string;
  readonly api: string;
  readonly storage: string;
  readonly rootless: boolean;
}

/** The oldest API that has all calls. */
export const OLDEST_API = "1.41";

/** Asks an Engine who it is. @throws FrescoError `engine.unreachable`, `engine.forbidden`, `engine.remote`, `engine.failed`. */
export async function engineFacts(endpoint: Endpoint): Promise<EngineFacts> {
  try {
    const engine = await connect(endpoint);
    const [{ Version, ApiVersion }, { Driver, SecurityOptions }] = await Promise.all([engine.version(), engine.info()]);
    const rootless = (SecurityOptions ?? []).some((option) => option.includes("rootless"));
    return { version: Version, api: ApiVersion, storage: Driver, rootless };
  } catch (cause) {
    throw engineError(cause, endpoint, "say who it is");
  }
}
