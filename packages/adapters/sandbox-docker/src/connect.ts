import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FrescoError } from "@fresco/ports";
import type { Address, Endpoint } from "./endpoint.ts";
import type { EngineApi } from "./engine-api.ts";

/**
 * Connects to an Engine. The library is imported only here, since it takes longer to load than a run from the cache.
 * @throws FrescoError `engine.remote` for one on another machine.
 */
export async function connect({ address, url, because }: Endpoint): Promise<EngineApi> {
  if (address.type === "ssh") throw remoteError(url, because);
  const { default: Docker } = await import("dockerode");
  const engine: object = new Docker(optionsOf(address));
  if (!isEngineApi(engine)) throw new Error("dockerode lacks a call that is used of it");
  return engine;
}

function optionsOf(address: Exclude<Address, { type: "ssh" }>): object {
  if (address.type === "unix") return { socketPath: address.path };
  const { host, port, certificates } = address;
  if (certificates === undefined) return { host, port, protocol: "http" };
  const read = (name: string): Buffer => readFileSync(join(certificates, name));
  return { host, port, protocol: "https", ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") };
}

const CALLS = [
  "createContainer",
  "getContainer",
  "getImage",
  "getVolume",
  "listContainers",
  "listImages",
  "listVolumes",
  "pull",
  "importImage",
  "version",
  "info",
];

function isEngineApi(value: object): value is EngineApi {
  return CALLS.every((name) => typeof Reflect.get(value, name) === "function");
}

/** An Engine to which the paths of this machine mean nothing. */
export function remoteError(url: string, because: string): FrescoError {
  return new FrescoError(
    "engine.remote",
    `the Docker Engine at ${url} (${because}) is on another machine and cannot see this one's files`,
    {
      hint: "use an Engine on this machine: unset DOCKER_HOST, or `docker context use default`",
    },
  );
}

/** What went wrong between us and the Engine, with its own words. */
export function engineError(cause: unknown, { url, because }: Endpoint, doing: string): FrescoError {
  if (cause instanceof FrescoError) return cause;
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOENT" || code === "ECONNREFUSED" || code === "ECONNRESET" || code === "EPIPE") {
    return new FrescoError("engine.unreachable", `no Docker Engine answers at ${url} (${because})`, {
      cause,
      hint: "start Docker, or name an Engine with DOCKER_HOST; without one, `fresco image add` unpacks an image for the Linux sandbox",
    });
  }
  if (code === "EACCES") {
    return new FrescoError("engine.forbidden", `this user may not talk to the Docker Engine at ${url}`, {
      cause,
      hint: "join the group that owns the socket (usually `docker`), or use a rootless Engine",
    });
  }
  return new FrescoError("engine.failed", `the Docker Engine could not ${doing}: ${wordsOf(cause)}`, { cause });
}

/** The Engine's own words, without the library's around them. */
export function wordsOf(cause: unknown): string {
  if (typeof cause === "object" && cause !== null && "json" in cause) {
    const { json } = cause;
    if (typeof json === "object" && json !== null && "message" in json && typeof json.message === "string") return json.message.trim();
  }
  return cause instanceof Error ? cause.message.trim() : String(cause);
}

/** The status that the Engine answered with. */
export function statusOf(cause: unknown): number | undefined {
  return typeof cause === "object" && cause !== null && "statusCode" in cause && typeof cause.statusCode === "number"
    ? cause.statusCode
    : undefined;
}
