import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { explainMissingCommand, findCommand } from "../src/missing-command.ts";

const host = (name: string): string | undefined => (name === "deno" ? "/home/me/tools/bin/deno" : undefined);
const sentence =
  'This machine has deno at /home/me/tools/bin/deno, which the sandbox does not show; add `toolchains: ["/home/me/tools"]` to the pipeline to bind it.';

describe("explainMissingCommand", () => {
  it.each([
    "/bin/sh: 1: deno: not found",
    "/bin/bash: line 3: deno: command not found",
    "sh: deno: not found",
    "zsh:1: command not found: deno",
    "/usr/bin/env: ‘deno’: No such file or directory",
    "env: deno: No such file or directory",
  ])("understands %s", (line) => {
    expect(explainMissingCommand(`earlier\n${line}\n`, host)).toBe(sentence);
  });

  it("says nothing about what the host has not either", () => {
    expect(explainMissingCommand("sh: 1: nothing: not found", host)).toBeUndefined();
  });

  it("says nothing about other complaints", () => {
    expect(explainMissingCommand("cat: deno: No such file or directory", host)).toBeUndefined();
  });
});

describe("Looking for a command on a PATH", () => {
  it("finds the first executable of that name, and passes over what is relative or cannot be executed", () => {
    const directory = mkdtempSync(join(tmpdir(), "fresco-path-"));
    writeFileSync(join(directory, "plain"), "", { mode: 0o644 });
    writeFileSync(join(directory, "tool"), "", { mode: 0o755 });
    expect(findCommand("tool", ["bin", "/nowhere", directory])).toBe(join(directory, "tool"));
    expect(findCommand("missing", [directory])).toBeUndefined();
    rmSync(directory, { recursive: true });
  });
});
