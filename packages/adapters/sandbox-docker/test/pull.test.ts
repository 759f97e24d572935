import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { engineMissing } from "./engine.ts";
import { Registry } from "./registry.ts";
import { openSandbox } from "./support.ts";

const missing = engineMissing();

describe("An image in a registry that wants a login", () => {
  beforeEach(({ skip }) => skip(missing !== undefined, missing));

  it("is fetched with the login that the client has, once, and tells how that goes", async () => {
    await using registry = await Registry.open();
    const image = `${registry.name}/own/image:1`;
    const configuration = mkdtempSync(join(tmpdir(), "fresco-config-"));
    try {
      const { username, password } = Registry.login;
      const auths = { [registry.name]: { auth: Buffer.from(`${username}:${password}`).toString("base64") } };
      writeFileSync(join(configuration, "config.json"), JSON.stringify({ auths }));
      const told: string[] = [];
      const options = { environment: { DOCKER_CONFIG: configuration }, onProgress: (text: string): void => void told.push(text) };
      await using subject = await openSandbox(options);
      const { identity } = await subject.sandbox.identify({ type: "image", image }, []);
      expect(identity).toMatch(/^image:linux\/amd64:sha256:[0-9a-f]{64}$/);
      expect(told[0]).toBe(`fetching the image ${image}`);
      expect(told.join("\n")).toContain("Pull complete");
      expect(told.join("\n")).not.toContain(password);
      told.length = 0;
      await using another = await openSandbox(options);
      expect(await another.sandbox.identify({ type: "image", image }, [])).toMatchObject({ identity });
      expect(told).toEqual([]);
    } finally {
      spawnSync("docker", ["image", "rm", image], { stdio: "ignore" });
      rmSync(configuration, { recursive: true });
    }
  });

  it("is an error with the registry's words where there is none, and is not asked for where that is not wanted", async () => {
    await using registry = await Registry.open();
    const image = `${registry.name}/own/image:1`;
    await using subject = await openSandbox({ environment: {} });
    const refused = subject.sandbox.identify({ type: "image", image }, []);
    await expect(refused).rejects.toMatchObject({ code: "image.missing" });
    await expect(subject.sandbox.identify({ type: "image", image }, [])).rejects.toThrow(/no basic auth credentials|unauthorized/i);
    const { refused: asked } = registry;
    expect(asked).toBeGreaterThan(0);
    await using never = await openSandbox({ pull: "never" });
    await expect(never.sandbox.identify({ type: "image", image }, [])).rejects.toMatchObject({ code: "image.missing" });
    expect(registry.refused).toBe(asked);
  });
});
