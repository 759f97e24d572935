import { spawn } from "node:child_process";
import { configuration, isRecord, type Environment } from "./configuration.ts";

/** What an Engine is given to fetch an image that not everybody may have, in the words of its API. */
export type RegistryLogin =
  | { readonly username: string; readonly password: string; readonly serveraddress: string }
  | { readonly identitytoken: string; readonly serveraddress: string };

const DOCKER_HUB = "https://index.docker.io/v1/";

/**
 * The login for an image's registry that `docker login` left: with a credential helper (https://github.com/docker/docker-credential-helpers) or in
 * the client's configuration. `undefined`: there is none.
 */
export async function loginFor(image: string, environment: Environment): Promise<RegistryLogin | undefined> {
  const server = registryOf(image);
  const { credHelpers, credsStore, auths } = configuration(environment);
  const helper = (isRecord(credHelpers) ? credHelpers[server] : undefined) ?? credsStore;
  const kept = typeof helper === "string" ? await askHelper(helper, server, environment) : undefined;
  return kept ?? (isRecord(auths) ? written(auths, server) : undefined);
}

/** As logins are kept by. */
function registryOf(image: string): string {
  const [first = "", ...rest] = image.split("/");
  return rest.length > 0 && (/[.:]/.test(first) || first === "localhost") ? first : DOCKER_HUB;
}

function written(auths: Readonly<Record<string, unknown>>, server: string): RegistryLogin | undefined {
  const host = (name: string): string => name.replace(/^https?:\/\//, "").split("/")[0] ?? "";
  const name = server in auths ? server : Object.keys(auths).find((each) => host(each) === host(server));
  const entry = name === undefined ? undefined : auths[name];
  if (!isRecord(entry)) return undefined;
  const { identitytoken, auth } = entry;
  if (typeof identitytoken === "string" && identitytoken !== "") return { identitytoken, serveraddress: server };
  const text = typeof auth === "string" ? Buffer.from(auth, "base64").toString("utf8") : "";
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1), serveraddress: server };
}

/** A helper that is not there or knows nothing is no login; the registry will say what it thinks of that. */
async function askHelper(helper: string, server: string, environment: Environment): Promise<RegistryLogin | undefined> {
  if (!/^[\w.-]+$/.test(helper)) return undefined;
  const answer: unknown = parsed(await output(`docker-credential-${helper}`, server, environment));
  if (!isRecord(answer)) return undefined;
  const { Username, Secret } = answer;
  if (typeof Username !== "string" || typeof Secret !== "string") return undefined;
  return Username === "<token>"
    ? { identitytoken: Secret, serveraddress: server }
    : { username: Username, password: Secret, serveraddress: server };
}

function output(program: string, input: string, environment: Environment): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(program, ["get"], { env: environment, stdio: ["pipe", "pipe", "ignore"] });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
    // One that ends without reading has answered by its exit code.
    child.stdin.on("error", () => undefined);
    child.once("error", () => resolve(""));
    child.once("close", (code) => resolve(code === 0 ? text : ""));
    child.stdin.end(`${input}\n`);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
