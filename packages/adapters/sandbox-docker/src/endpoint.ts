import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { FrescoError } from "@fresco/ports";
import { configuration, configurationDirectory, isRecord, readJson, type Environment } from "./configuration.ts";

/** Where an Engine listens. */
export type Address =
  | { readonly type: "unix"; readonly path: string }
  | { readonly type: "tcp"; readonly host: string; readonly port: number; readonly certificates: string | undefined }
  | { readonly type: "ssh"; readonly url: string };

/** The Engine that was chosen, and why. */
export interface Endpoint {
  readonly address: Address;
  /** As one would write it into `DOCKER_HOST`. */
  readonly url: string;
  /** For a reader: "DOCKER_HOST", 'the context "work"', "the default socket". */
  readonly because: string;
}

/**
 * The Engine that Docker's own client would talk to: `DOCKER_HOST`, then `DOCKER_CONTEXT` or the configured context, then the first socket that is
 * there: the default one, the user's own (rootless), Podman's.
 * @throws FrescoError `engine.address` for an address that cannot be understood, `engine.context` for a context that is not there.
 */
export function chooseEndpoint(environment: Environment): Endpoint {
  const host = environment["DOCKER_HOST"];
  if (host !== undefined && host !== "") return endpointOf(host, "DOCKER_HOST", certificatesOf(environment));
  const context = contextName(environment);
  if (context !== undefined) return fromContext(context, environment);
  const sockets = defaultSockets(environment);
  const found = sockets.find(({ path }) => existsSync(path)) ?? sockets[0];
  if (found === undefined) throw new Error("there is always the default socket");
  return { address: { type: "unix", path: found.path }, url: `unix://${found.path}`, because: found.because };
}

function defaultSockets(environment: Environment): readonly { readonly path: string; readonly because: string }[] {
  const runtime = environment["XDG_RUNTIME_DIR"];
  const own = runtime === undefined || runtime === "" ? [] : [runtime];
  return [
    { path: "/var/run/docker.sock", because: "the default socket" },
    ...own.map((directory) => ({ path: join(directory, "docker.sock"), because: "the socket of a rootless Engine" })),
    ...own.map((directory) => ({ path: join(directory, "podman/podman.sock"), because: "Podman's socket" })),
    { path: "/run/podman/podman.sock", because: "Podman's socket" },
  ];
}

function certificatesOf(environment: Environment): string | undefined {
  const verify = environment["DOCKER_TLS_VERIFY"];
  if (verify === undefined || verify === "") return undefined;
  return environment["DOCKER_CERT_PATH"] ?? join(environment["HOME"] ?? "/", ".docker");
}

function endpointOf(url: string, because: string, certificates: string | undefined): Endpoint {
  return { address: addressOf(url, because, certificates), url, because };
}

function addressOf(url: string, because: string, certificates: string | undefined): Address {
  if (url.startsWith("unix://")) return { type: "unix", path: url.slice("unix://".length) };
  if (url.startsWith("ssh://")) return { type: "ssh", url };
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !["tcp:", "http:", "https:"].includes(parsed.protocol) || parsed.hostname === "") {
    throw new FrescoError("engine.address", `${because} names ${url}, which is no address of a Docker Engine`, {
      kind: "input",
      hint: "such as unix:///var/run/docker.sock, tcp://127.0.0.1:2376 or ssh://user@host",
    });
  }
  const port = parsed.port === "" ? (certificates === undefined ? 2375 : 2376) : Number(parsed.port);
  return { type: "tcp", host: parsed.hostname.replace(/^\[|\]$/g, ""), port, certificates };
}

function contextName(environment: Environment): string | undefined {
  const named = environment["DOCKER_CONTEXT"] ?? configured(environment);
  return named === undefined || named === "" || named === "default" ? undefined : named;
}

function configured(environment: Environment): string | undefined {
  const name = configuration(environment)["currentContext"];
  return typeof name === "string" ? name : undefined;
}

/** The layout of the Docker CLI's context store: a directory for each context, named by the digest of its name. */
function fromContext(name: string, environment: Environment): Endpoint {
  const directory = join(configurationDirectory(environment), "contexts");
  const id = createHash("sha256").update(name).digest("hex");
  const meta = readJson(join(directory, "meta", id, "meta.json"));
  const endpoints = isRecord(meta) ? meta["Endpoints"] : undefined;
  const docker = isRecord(endpoints) ? endpoints["docker"] : undefined;
  const host = isRecord(docker) ? docker["Host"] : undefined;
  if (typeof host !== "string" || host === "") {
    throw new FrescoError("engine.context", `there is no Docker context "${name}" with an address`, {
      kind: "input",
      hint: "`docker context ls` lists them; DOCKER_HOST names an Engine directly",
    });
  }
  const certificates = join(directory, "tls", id, "docker");
  return endpointOf(host, `the context "${name}"`, existsSync(certificates) ? certificates : undefined);
}
