import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { arch } from "node:os";
import { FrescoError } from "@fresco/ports";
import { tools } from "./tools.ts";

/** Every installation and removal of a package writes to one of these. */
const PACKAGE_DATABASES = [
  "/var/lib/dpkg/status",
  "/var/lib/rpm/rpmdb.sqlite",
  "/usr/lib/sysimage/rpm/rpmdb.sqlite",
  "/var/lib/rpm/Packages",
  "/var/lib/pacman/local",
  "/lib/apk/db/installed",
  "/nix/var/nix/profiles",
];

/** Directories that packages do not account for. */
const UNACCOUNTED = ["/etc", "/usr/local", "/opt"];

/** How deep directories are looked into. Deeper down a change is noticed only where it changes a directory above. */
const DEPTH = 3;

/** The host as a base: its release, packages, and what of it packages do not account for, `bound` directories included. */
export async function hostIdentity(bound: readonly string[]): Promise<string> {
  const release = ["/etc/os-release", "/usr/lib/os-release"].find((path) => existsSync(path));
  const facts = [
    "host 1",
    arch(),
    release === undefined ? "" : readFileSync(release, "latin1"),
    ...PACKAGE_DATABASES.map(stamp),
    await statDigest(
      [...UNACCOUNTED, ...bound].filter((path) => existsSync(path)),
      DEPTH,
    ),
  ];
  return `host:${digest(facts)}`;
}

/**
 * A directory as a base: everything in it, by its attributes.
 * @throws FrescoError `base.unreadable` when it is not there.
 */
export async function rootfsIdentity(path: string, bound: readonly string[]): Promise<string> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new FrescoError("base.unreadable", `The base ${path} is no directory.`, {
      hint: "Name an existing directory that holds a root file system.",
      kind: "input",
    });
  }
  return `rootfs:${digest(["rootfs 1", arch(), await statDigest([path], undefined), await statDigest(bound, DEPTH)])}`;
}

/** What is bound into a sandbox whatever its base is. */
export function boundIdentity(bound: readonly string[]): Promise<string> {
  return statDigest(bound, DEPTH);
}

function stamp(path: string): string {
  const stat = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? "" : `${path} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
}

/**
 * A digest of names, types, modes, owners, sizes, times and link targets. find(1) is asked since it leaves this thread free meanwhile; the
 * change time cannot be set back by a program, so that an edit that restores size and modification time is noticed too.
 */
async function statDigest(paths: readonly string[], depth: number | undefined): Promise<string> {
  if (paths.length === 0) return "";
  const listing = await find([
    ...paths,
    ...(depth === undefined ? [] : ["-maxdepth", String(depth)]),
    "-printf",
    "%p\\0%M\\0%U\\0%G\\0%s\\0%T@\\0%C@\\0%l\\n",
  ]);
  return digest(listing.split("\n").sort());
}

function find(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(tools().find, [...args], { encoding: "latin1", maxBuffer: 2 ** 30, env: { LC_ALL: "C" } }, (error, stdout, stderr) => {
      // What an ordinary user may not list is no input of its steps either. Without any listing there is no evidence.
      if (error === null || (error.code === 1 && stdout !== "")) return resolve(stdout);
      reject(
        new FrescoError("base.unreadable", `The base cannot be looked at: ${stderr.trim() === "" ? error.message : stderr.trim()}`, {
          cause: error,
        }),
      );
    });
  });
}

function digest(parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:`).update(part, "latin1");
  return hash.digest("hex");
}
