import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chooseEndpoint } from "../src/index.ts";

let directory = "";
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), "fresco-endpoint-"))));
afterEach(() => rmSync(directory, { recursive: true }));

function write(path: string, content: object): void {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(content));
}

function context(name: string, host: string): string {
  const id = createHash("sha256").update(name).digest("hex");
  write(`contexts/meta/${id}/meta.json`, { Name: name, Endpoints: { docker: { Host: host } } });
  return id;
}

describe("The Engine that is chosen", () => {
  it("is the one that DOCKER_HOST names, with certificates where it asks for them", () => {
    expect(chooseEndpoint({ DOCKER_HOST: "unix:///tmp/x.sock" })).toMatchObject({
      address: { type: "unix", path: "/tmp/x.sock" },
      because: "DOCKER_HOST",
    });
    expect(chooseEndpoint({ DOCKER_HOST: "tcp://h" }).address).toEqual({ type: "tcp", host: "h", port: 2375, certificates: undefined });
    expect(chooseEndpoint({ DOCKER_HOST: "tcp://[::1]:99", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/c" }).address).toEqual({
      type: "tcp",
      host: "::1",
      port: 99,
      certificates: "/c",
    });
    expect(chooseEndpoint({ DOCKER_HOST: "tcp://h", DOCKER_TLS_VERIFY: "1", HOME: "/h" }).address).toMatchObject({
      port: 2376,
      certificates: "/h/.docker",
    });
    expect(chooseEndpoint({ DOCKER_HOST: "ssh://me@there" }).address).toEqual({ type: "ssh", url: "ssh://me@there" });
  });

  it("is that of the context, named by a variable or configured, before any socket", () => {
    const id = context("work", "unix:///tmp/work.sock");
    context("secure", "tcp://h:2376");
    mkdirSync(join(directory, "contexts/tls", createHash("sha256").update("secure").digest("hex"), "docker"), { recursive: true });
    expect(id).toHaveLength(64);
    expect(chooseEndpoint({ DOCKER_CONFIG: directory, DOCKER_CONTEXT: "work" })).toMatchObject({
      url: "unix:///tmp/work.sock",
      because: 'the context "work"',
    });
    expect(chooseEndpoint({ DOCKER_CONFIG: directory, DOCKER_CONTEXT: "secure" }).address).toMatchObject({
      certificates: join(directory, "contexts/tls", createHash("sha256").update("secure").digest("hex"), "docker"),
    });
    write("config.json", { currentContext: "work" });
    expect(chooseEndpoint({ DOCKER_CONFIG: directory }).because).toBe('the context "work"');
    expect(chooseEndpoint({ DOCKER_CONFIG: directory, DOCKER_HOST: "unix:///y" }).because).toBe("DOCKER_HOST");
    expect(() => chooseEndpoint({ DOCKER_CONFIG: directory, DOCKER_CONTEXT: "gone" })).toThrow(/no Docker context "gone"/);
  });

  it("is no nonsense", () => {
    for (const host of ["nonsense", "ftp://h", "tcp://"]) {
      expect(() => chooseEndpoint({ DOCKER_HOST: host })).toThrow(/no address of a Docker Engine/);
    }
  });

  it("listens at a socket of the user's own where the default one is missing", () => {
    write("podman/podman.sock", {});
    const { because } = chooseEndpoint({ XDG_RUNTIME_DIR: directory, HOME: directory });
    expect(["the default socket", "Podman's socket"]).toContain(because);
  });
});
