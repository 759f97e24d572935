import { mkdirSync, mkdtempSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { workspaceMounts } from "../src/container-options.ts";

let directory = "";
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), "fresco-mounts-"))));
afterEach(() => rmSync(directory, { recursive: true }));

function optionsOf(lower: readonly string[], rootless: boolean): string {
  const names = mkdtempSync(join(directory, "n"));
  const workspace = { type: "overlay", lower, upper: "/state/upper", work: "/state/work" } as const;
  const [mount] = workspaceMounts({ workspace }, { names, labels: {}, rootless });
  return mount?.Type === "volume" ? (mount.VolumeOptions.DriverConfig.Options["o"] ?? "") : "";
}

describe("A workspace that an Engine mounts", () => {
  it("is an overlay whose directories have short names without separators", () => {
    const options = optionsOf(["/a:b,c", "/d"], false).split(",");
    const [lower, upper] = options.map((option) => option.split("=")[1] ?? "");
    expect(lower?.split(":").map((name) => readlinkSync(name))).toEqual(["/a:b,c", "/d"]);
    expect(readlinkSync(upper ?? "")).toBe("/state/upper");
    expect(options).toEqual(expect.arrayContaining(["redirect_dir=off", "metacopy=off", "volatile"]));
  });

  it("has the options that a rootless Engine may use", () => {
    const options = optionsOf(["/a"], true).split(",");
    expect(options).toEqual(expect.arrayContaining(["userxattr", "volatile"]));
    expect(options.filter((option) => /^(redirect_dir|metacopy)/.test(option))).toEqual([]);
  });

  it("is refused where one mount cannot name all its layers", () => {
    mkdirSync(join(directory, "long"));
    const many = Array.from({ length: 200 }, (_, index) => `/layer/${index}`);
    expect(() => optionsOf(many, false)).toThrow(/200 layers/);
  });
});
