import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { outcomeOf } from "../../checks/process.ts";
import { root } from "../packages.ts";

interface Checkout extends Disposable {
  readonly directory: string;
  readonly launcher: string;
}

/** A folder laid out like a checkout, whose command is the given program. */
function checkout(program: string): Checkout {
  const directory = realpathSync(mkdtempSync(path.join(os.tmpdir(), "fresco-launcher-")));
  const launcher = path.join(directory, "apps/cli/bin/fresco.js");
  for (const folder of ["apps/cli/bin", "apps/cli/dist", ".toolchain/node_modules/.bin"])
    mkdirSync(path.join(directory, folder), { recursive: true });
  writeFileSync(path.join(directory, "apps/cli/package.json"), '{ "type": "module" }');
  copyFileSync(path.join(root, "apps/cli/bin/fresco.js"), launcher);
  writeFileSync(path.join(directory, "apps/cli/dist/main.js"), program);
  symlinkSync(process.execPath, path.join(directory, ".toolchain/node_modules/.bin/node"));
  return { directory, launcher, [Symbol.dispose]: () => rmSync(directory, { recursive: true }) };
}

const told = "console.log(JSON.stringify({ argv: process.argv.slice(2), version: process.version }));";

describe("The launcher", () => {
  it("passes its arguments on and gives the command's exit code", async () => {
    using place = checkout(`${told} process.exitCode = 7;`);
    const { code, stdout } = await outcomeOf(place.launcher, ["run", "a b", "$HOME", ""], { cwd: "/" });
    expect(JSON.parse(stdout)).toEqual({ argv: ["run", "a b", "$HOME", ""], version: process.version });
    expect(code).toBe(7);
  });

  it("is found through links, relative ones too", async () => {
    using place = checkout(told);
    const bin = path.join(place.directory, "bin");
    mkdirSync(bin);
    symlinkSync("../apps/cli/bin/fresco.js", path.join(bin, "first"));
    symlinkSync("first", path.join(bin, "fresco"));
    const { stdout } = await outcomeOf(path.join(bin, "fresco"), ["version"], { cwd: os.tmpdir() });
    expect(stdout).toContain("version");
  });

  it("becomes the command, so that a signal reaches it and nothing stays behind", async () => {
    using place = checkout('process.on("SIGTERM", () => process.exit(3)); setInterval(() => {}, 1_000); console.log(process.pid);');
    const child = spawn(place.launcher, { stdio: ["ignore", "pipe", "inherit"] });
    expect(await once(child.stdout.setEncoding("utf8"), "data")).toEqual([`${child.pid}\n`]);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([3, null]);
  });

  it("says what to do when nothing has been built", async () => {
    using place = checkout(told);
    rmSync(path.join(place.directory, "apps/cli/dist/main.js"));
    const { code, stderr } = await outcomeOf(place.launcher, [], { cwd: "/" });
    expect(code).toBe(125);
    expect(stderr).toMatch(/^error\[install\.not-built\]: .*\nhint: run `npm run setup`/);
  });
});
