import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bind, fstab, tmpfs } from "../src/fstab.ts";
import { lockedFlags } from "../src/locked-flags.ts";
import { overlayMount } from "../src/overlay.ts";
import { ShortNames } from "../src/short-names.ts";

describe("fstab", () => {
  it("escapes what separates fields", () => {
    expect(fstab([bind("/a b", "/c\td\\#", { readOnly: true, flags: ["nodev"] }), tmpfs("/t", "mode=755")])).toBe(
      "/a\\040b /c\\011d\\134\\043 none bind,ro,nodev\ntmpfs /t tmpfs mode=755\n",
    );
  });
});

describe("lockedFlags", () => {
  const table = [
    "1 0 8:1 / / rw,relatime - ext4 a rw",
    "2 1 8:2 / /home rw,nosuid,nodev,relatime - ext4 b rw",
    "3 2 8:3 / /home/a\\040b rw,noexec - ext4 c rw",
  ].join("\n");

  it.each([
    ["/usr", []],
    ["/home/me", ["nosuid", "nodev"]],
    ["/homely", []],
    ["/home/a b/c", ["noexec"]],
  ])("finds the mount that holds %s", (path, flags) => {
    expect(lockedFlags(path, table)).toEqual(flags);
  });
});

describe("overlayMount", () => {
  const lower = (depth: number) =>
    Array.from({ length: depth }, (_, index) => ({ directory: `/a long directory, with: separators/${index}`, below: "usr" }));
  const overlay = (at: string, depth: number) => ({ target: "/t", lower: lower(depth), upper: `${at}/../step/usr`, work: "/with, comma" });

  it("keeps options short whatever directories are called", () => {
    const cwd = mkdtempSync(join(tmpdir(), "fresco-overlay-"));
    try {
      const { options } = overlayMount(overlay(cwd, 3), new ShortNames(cwd), false);
      expect(options).toBe(
        "lowerdir=0/usr:1/usr:2/usr,upperdir=../step/usr,workdir=3,metacopy=off,index=off,xino=off,redirect_dir=off,volatile",
      );
    } finally {
      rmSync(cwd, { recursive: true });
    }
  });

  it("refuses a stack that the kernel would cut", () => {
    const cwd = mkdtempSync(join(tmpdir(), "fresco-overlay-"));
    try {
      expect(() => overlayMount(overlay(cwd, 700), new ShortNames(cwd), false)).toThrow("700 layers lie beneath /t");
    } finally {
      rmSync(cwd, { recursive: true });
    }
  });
});
