import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loginFor } from "../src/registry-login.ts";

let directory = "";
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), "fresco-login-"))));
afterEach(() => rmSync(directory, { recursive: true }));

/** The environment of a user whose client has this configuration. */
function configured(configuration: object): Record<string, string> {
  writeFileSync(join(directory, "config.json"), JSON.stringify(configuration));
  return { DOCKER_CONFIG: directory, PATH: `${directory}:/usr/bin:/bin` };
}

const auth = (text: string): { auth: string } => ({ auth: Buffer.from(text).toString("base64") });

describe("The login for a registry", () => {
  it("is the one that the client wrote down, by the registry of the image's name", async () => {
    const environment = configured({
      auths: {
        "https://index.docker.io/v1/": auth("hub:a:b"),
        "https://own.example/v2/": auth("me:pass"),
        "other.example:5000": { identitytoken: "t" },
      },
    });
    const hub = { username: "hub", password: "a:b", serveraddress: "https://index.docker.io/v1/" };
    expect(await loginFor("node:24", environment)).toEqual(hub);
    expect(await loginFor("someone/image", environment)).toEqual(hub);
    expect(await loginFor("own.example/image:1", environment)).toEqual({ username: "me", password: "pass", serveraddress: "own.example" });
    expect(await loginFor("other.example:5000/a/b@sha256:0", environment)).toEqual({
      identitytoken: "t",
      serveraddress: "other.example:5000",
    });
    expect(await loginFor("third.example/image", environment)).toBeUndefined();
    expect(await loginFor("node:24", { DOCKER_CONFIG: join(directory, "none") })).toBeUndefined();
  });

  it("comes from a credential helper, which is asked on its standard input", async () => {
    const helper = join(directory, "docker-credential-own");
    writeFileSync(
      helper,
      `#!/bin/sh
read -r server
[ "$1" = get ] && [ "$#" = 1 ] || exit 2
[ "$server" = known.example ] || exit 1
echo '{"ServerURL":"known.example","Username":"me","Secret":"kept"}'
`,
    );
    chmodSync(helper, 0o755);
    const environment = configured({
      credsStore: "own",
      credHelpers: { "broken.example": "../../bin/sh" },
      auths: { "other.example": auth("a:b") },
    });
    expect(await loginFor("known.example/image", environment)).toEqual({
      username: "me",
      password: "kept",
      serveraddress: "known.example",
    });
    expect(await loginFor("other.example/image", environment)).toEqual({ username: "a", password: "b", serveraddress: "other.example" });
    expect(await loginFor("unknown.example/image", environment)).toBeUndefined();
    expect(await loginFor("broken.example/image", environment)).toBeUndefined();
  });
});
