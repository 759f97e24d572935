import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FifoPipes, NodeProcesses } from "@fresco/process-node";
import { describe, expect, it } from "vitest";
import { LinuxSandbox } from "../src/index.ts";
import { UpperLayers } from "./upper-layers.ts";

describe("A look at the host that was taken early", () => {
  it("is what the first gets who asks, and nobody after", async (t) => {
    t.skip(process.platform !== "linux", "the Linux sandbox runs on Linux");
    const home = mkdtempSync(join(tmpdir(), "fresco-home-"));
    const bin = join(home, ".cargo", "bin");
    mkdirSync(bin, { recursive: true });
    const sandbox = new LinuxSandbox({
      layers: new UpperLayers(),
      processes: new NodeProcesses(),
      pipes: new FifoPipes(),
      hidden: [],
      environment: { HOME: home, PATH: `${bin}:/usr/bin:/bin` },
    });
    const before = await sandbox.identify({ type: "host" }, []);
    sandbox.anticipate();
    expect((await sandbox.identify({ type: "host" }, [])).identity).toBe(before.identity);
    writeFileSync(join(bin, "cargo"), "");
    expect((await sandbox.identify({ type: "host" }, [])).identity).not.toBe(before.identity);
    rmSync(home, { recursive: true });
  });
});
