// What stands on the system's permissions, as an ordinary user: what root may do says little about what everybody else sees.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { root } from "../setup/packages.ts";
import type { Tally } from "./tally.ts";
import { runVitest } from "./vitest-run.ts";

const user = "fresco-ci";
const home = `/home/${user}`;
const adapters = ["sandbox-linux", "sandbox-docker", "sandbox-host", "workspace-cow", "source-git"].map(
  (name) => `packages/adapters/${name}/test`,
);
/** The contracts of what meets the system, and the command from cold to warm. */
const filters = [...adapters, "apps/cli/test/run-cache.test.ts", "apps/cli/test/run-docker.test.ts"];

/**
 * Creates the user where it is missing, copies the repository into its home and runs the tests there.
 * Not being able to is a failure in CI and a skip elsewhere. Gives nothing to count when the caller is no root: then the
 * main run has been the ordinary user's.
 */
export function runAsOrdinaryUser(): Tally {
  if (process.getuid?.() !== 0 || process.platform !== "linux") return { passed: 0, failed: 0, skipped: 0 };
  try {
    prepareUser();
    const copy = copyRepository();
    try {
      console.log(`\nThe contracts of the sandboxes and the command as the user ${user}, in ${copy}`);
      return runVitest({ directory: copy, filters, reportFile: path.join(home, "report.json"), prefix: asUser(copy) });
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  } catch (error) {
    return cannot(error instanceof Error ? error.message : String(error));
  }
}

function cannot(why: string): Tally {
  const inCI = Boolean(process.env["CI"]);
  console.log(`${inCI ? "FAILED" : "skipped"}: the contracts of the sandboxes as an ordinary user: ${why}`);
  return { passed: 0, failed: inCI ? 1 : 0, skipped: inCI ? 0 : 1 };
}

function prepareUser(): void {
  if (idOf(user) === undefined) execFileSync(administration("useradd"), ["--create-home", "--home-dir", home, "--shell", "/bin/sh", user]);
  execFileSync("install", ["-d", "-m", "700", "-o", user, home]);
  // Whoever may talk to the Engine does so through this group; where there is no Engine there is none.
  if (hasGroup("docker")) execFileSync(administration("usermod"), ["--append", "--groups", "docker", user]);
}

/** Path of a command for root, which PATH need not have. */
function administration(name: string): string {
  return ["/usr/sbin", "/sbin"].map((folder) => path.join(folder, name)).find((file) => existsSync(file)) ?? name;
}

function hasGroup(name: string): boolean {
  return readFileSync("/etc/group", "utf8")
    .split("\n")
    .some((line) => line.startsWith(`${name}:`));
}

function idOf(name: string): number | undefined {
  try {
    return Number(execFileSync("id", ["-u", name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  } catch {
    return undefined;
  }
}

/** Copies everything, dependencies and toolchain included: the original may lie where only root can read. */
function copyRepository(): string {
  const copy = path.join(home, "fresco");
  rmSync(copy, { recursive: true, force: true });
  execFileSync("cp", ["-a", "--reflink=auto", root, copy]);
  execFileSync("chown", ["-R", "--no-dereference", `${user}:`, copy]);
  return copy;
}

/** A login of the user with an environment of its own, in which the copy's toolchain comes first; CI's wish for strictness passes on. */
function asUser(copy: string): string[] {
  const searched = (process.env["PATH"] ?? "").replaceAll(root, copy);
  const environment = { HOME: home, USER: user, LOGNAME: user, SHELL: "/bin/sh", LANG: "C.UTF-8", PATH: searched };
  const ci = process.env["CI"] === undefined ? [] : [`CI=${process.env["CI"]}`];
  const assignments = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return [administration("runuser"), "-u", user, "--", "env", "-i", ...assignments, ...ci];
}
