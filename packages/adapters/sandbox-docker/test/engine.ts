import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, mkdirSync, rmSync, symlinkSync, copyFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseEndpoint } from "../src/index.ts";

/** A small system of busybox, imported into the Engine once. */
export const IMAGE = "fresco-test/busybox:2";

/** Why there is no Engine to test with; in CI that is a failure. */
export function engineMissing(): string | undefined {
  const why = findMissing();
  if (why !== undefined && process.env["CI"] !== undefined) throw new Error(`CI must have a Docker Engine: ${why}`);
  return why;
}

function findMissing(): string | undefined {
  const { address } = chooseEndpoint(process.env);
  if (address.type === "unix" && !existsSync(address.path)) return `no Engine listens at ${address.path}`;
  if (spawnSync("docker", ["info"], { stdio: "ignore" }).status !== 0) return "no Docker Engine answers";
  if (spawnSync("docker", ["image", "inspect", IMAGE], { stdio: "ignore" }).status === 0) return undefined;
  return existsSync("/bin/busybox") ? importImage() : "there is no busybox to make a base image of (package busybox-static)";
}

function importImage(): undefined {
  const root = mkdtempSync(join(tmpdir(), "fresco-busybox-"));
  try {
    for (const name of ["bin", "etc", "root", "usr/local", "var", "opt", "sbin"]) mkdirSync(join(root, name), { recursive: true });
    copyFileSync("/bin/busybox", join(root, "bin/busybox"));
    const names = execFileSync("/bin/busybox", ["--list"], { encoding: "utf8" }).trim().split("\n");
    for (const name of names) if (name !== "busybox") symlinkSync("busybox", join(root, "bin", name));
    writeFileSync(join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000:node:/home/node:/bin/sh\n");
    writeFileSync(join(root, "etc/group"), "root:x:0:\nnode:x:1000:\n");
    execFileSync("sh", ["-c", 'tar -C "$1" --owner=0 --group=0 -c . | docker import - "$2"', "sh", root, IMAGE], { stdio: "ignore" });
  } finally {
    rmSync(root, { recursive: true });
  }
}
