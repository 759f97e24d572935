import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { execFileSync } from "node:child_process";
import { gzipSync } from "node:zlib";

interface Blob {
  readonly bytes: Buffer;
  readonly digest: string;
}

/** A registry on this machine with one image, `NAME/own/image:1`, for whoever has the login. https://github.com/opencontainers/distribution-spec */
export class Registry implements AsyncDisposable {
  static readonly login = { username: "me", password: "hush-registry" };
  /** Requests that came without the login. */
  refused = 0;
  readonly #server: Server;
  readonly #answers = new Map<string, { readonly type: string; readonly blob: Blob }>();

  private constructor() {
    const layer = blobOf(gzipSync(emptyTar()));
    const config = blobOf(
      JSON.stringify({
        architecture: "amd64",
        os: "linux",
        config: { Env: ["FROM=registry"] },
        rootfs: { type: "layers", diff_ids: [blobOf(emptyTar()).digest] },
      }),
    );
    const described = (mediaType: string, { bytes, digest }: Blob) => ({ mediaType, size: bytes.length, digest });
    const type = "application/vnd.docker.distribution.manifest.v2+json";
    const manifest = blobOf(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: type,
        config: described("application/vnd.docker.container.image.v1+json", config),
        layers: [described("application/vnd.docker.image.rootfs.diff.tar.gzip", layer)],
      }),
    );
    for (const blob of [layer, config]) this.#answers.set(`/v2/own/image/blobs/${blob.digest}`, { type: "application/octet-stream", blob });
    for (const name of ["1", manifest.digest]) this.#answers.set(`/v2/own/image/manifests/${name}`, { type, blob: manifest });
    this.#server = createServer((request, response) => {
      const { username, password } = Registry.login;
      if (request.headers.authorization !== `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`) {
        this.refused += 1;
        return void response.writeHead(401, { "www-authenticate": 'Basic realm="own"' }).end('{"errors":[{"code":"UNAUTHORIZED"}]}');
      }
      if (request.url === "/v2/") return void response.writeHead(200).end("{}");
      const answer = this.#answers.get(request.url ?? "");
      if (answer === undefined) return void response.writeHead(404).end("{}");
      const { type: contentType, blob } = answer;
      response.writeHead(200, {
        "content-type": contentType,
        "content-length": blob.bytes.length,
        "docker-content-digest": blob.digest,
      });
      response.end(request.method === "HEAD" ? undefined : blob.bytes);
    });
  }

  static async open(): Promise<Registry> {
    const registry = new Registry();
    registry.#server.listen(0, "127.0.0.1");
    await once(registry.#server, "listening");
    return registry;
  }

  /** As an image's name begins. */
  get name(): string {
    const address = this.#server.address();
    return `127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

function blobOf(content: string | Buffer): Blob {
  const bytes = Buffer.from(content);
  return { bytes, digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}` };
}

function emptyTar(): Buffer {
  return execFileSync("tar", ["-c", "--files-from=/dev/null"]);
}
