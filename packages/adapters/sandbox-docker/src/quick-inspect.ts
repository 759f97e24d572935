import { connect as connectSocket } from "node:net";
import { FrescoError } from "@fresco/ports";
import type { Address } from "./endpoint.ts";
import type { ImageFacts } from "./engine-api.ts";

/**
 * Asks for an image without the library: a run in which everything hits asks nothing else, and loading the library would take longer than
 * all of it. One request a connection, HTTP/1.0, so that the answer ends with the connection and is not chunked.
 * @returns `undefined` where there is no such image.
 * @throws the socket's error, or FrescoError `engine.failed` for an answer that is none.
 */
export async function quickInspect(address: Extract<Address, { type: "unix" }>, name: string): Promise<ImageFacts | undefined> {
  const answer = await get(address.path, `/v1.41/images/${encodeURIComponent(name)}/json`);
  const body = answer.slice(answer.indexOf("\r\n\r\n") + 4);
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1]);
  if (status === 404) return undefined;
  const facts: unknown = status === 200 ? JSON.parse(body) : undefined;
  if (isImageFacts(facts)) return facts;
  throw new FrescoError("engine.failed", `the Docker Engine could not look at the image ${name}: it answered ${answer.slice(0, 200)}`);
}

function get(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connectSocket(socketPath);
    socket.once("connect", () => socket.write(`GET ${path} HTTP/1.0\r\nHost: docker\r\n\r\n`));
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.once("error", reject);
    socket.once("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
  });
}

function isImageFacts(value: unknown): value is ImageFacts {
  return (
    typeof value === "object" &&
    value !== null &&
    "Id" in value &&
    typeof value.Id === "string" &&
    "Os" in value &&
    "Architecture" in value &&
    "RootFS" in value &&
    "Config" in value
  );
}
