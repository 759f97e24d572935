import { engineMissing, IMAGE } from "../../../packages/adapters/sandbox-docker/test/engine.ts";

/** Where pipelines of tests run. */
export interface Place {
  readonly where: string;
  /** What they stand on; `undefined`: the host. */
  readonly image: string | undefined;
  /** Why they cannot run there. */
  readonly missing: string | undefined;
}

export const DOCKER: Place = { where: "in Docker", image: IMAGE, missing: engineMissing() };

export const PLACES: readonly Place[] = [{ where: "on the host as base", image: undefined, missing: undefined }, DOCKER];
