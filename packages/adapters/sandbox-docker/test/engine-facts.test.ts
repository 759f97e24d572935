import { describe, expect, it } from "vitest";
import { factsOf } from "../src/engine-facts.ts";

const endpoint = { address: { type: "unix", path: "/run/x.sock" }, url: "unix:///run/x.sock", because: "the default socket" } as const;

function saying(component: string, security: readonly string[] | null = null) {
  return {
    version: async () => ({ Version: "1.2", ApiVersion: "1.41", Components: [{ Name: component }] }),
    info: async () => ({ OperatingSystem: "x", Driver: "overlay2", SecurityOptions: security }),
  };
}

describe("An Engine says of itself", () => {
  it("whether it is rootless", async () => {
    expect(await factsOf(saying("Engine"), endpoint)).toEqual({ version: "1.2", api: "1.41", storage: "overlay2", rootless: false });
    expect(await factsOf(saying("Engine", ["name=seccomp,profile=default", "name=rootless"]), endpoint)).toMatchObject({ rootless: true });
  });

  it("that it is Podman, in which a step would run without its workspace", async () => {
    await expect(factsOf(saying("Podman Engine"), endpoint)).rejects.toMatchObject({ code: "engine.podman" });
  });
});
