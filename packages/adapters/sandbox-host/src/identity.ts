import { createHash } from "node:crypto";
import { lstatSync, readFileSync, statSync } from "node:fs";
import { arch, platform, release } from "node:os";

const PACKAGE_DATABASES = [
  "/var/lib/dpkg/status",
  "/var/lib/rpm/rpmdb.sqlite",
  "/usr/lib/sysimage/rpm/rpmdb.sqlite",
  "/var/lib/pacman/local",
  "/lib/apk/db/installed",
  "/opt/homebrew/Cellar",
  "/usr/local/Cellar",
];

/** The host, told by its release, its package databases and the directories that `path` (a PATH) and `toolchains` name. */
export function hostIdentity(path: string, toolchains: readonly string[]): string {
  const directories = [...path.split(":").filter((entry) => entry.startsWith("/")), ...toolchains];
  const facts = [platform(), arch(), osRelease(), ...PACKAGE_DATABASES.map(stamp), ...directories.map(stamp)];
  const hash = createHash("sha256");
  for (const fact of facts) hash.update(`${fact.length}:${fact}`);
  return `host-itself:${hash.digest("hex")}`;
}

function osRelease(): string {
  for (const file of ["/etc/os-release", "/usr/lib/os-release"]) {
    if (statSync(file, { throwIfNoEntry: false }) !== undefined) return readFileSync(file, "latin1");
  }
  return release();
}

function stamp(path: string): string {
  try {
    const stat = lstatSync(path, { bigint: true });
    return `${path} ${stat.ino} ${stat.size} ${stat.mtimeNs}`;
  } catch {
    // Missing, or closed to this user and so to its steps.
    return path;
  }
}
