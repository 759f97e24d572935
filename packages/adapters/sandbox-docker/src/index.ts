export { chooseEndpoint } from "./endpoint.ts";
export type { Address, Endpoint } from "./endpoint.ts";
export type { Pull } from "./base-images.ts";
export { engineFacts, OLDEST_API } from "./engine-facts.ts";
export type { EngineFacts } from "./engine-facts.ts";
export { exportImage } from "./export-image.ts";
export { DockerSandbox } from "./docker-sandbox.ts";
export type { DockerSandboxOptions } from "./docker-sandbox.ts";
