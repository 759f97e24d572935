import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Base } from "@fresco/pipeline";
import type { HostLayout, Mask } from "./host-layout.ts";
import type { Privilege } from "./privileges.ts";
import { ShortNames } from "./short-names.ts";
import { makeWhiteout } from "./whiteout.ts";

/** What a skeleton depends on. */
export interface SkeletonFacts {
  readonly privilege: Privilege;
  readonly layout: HostLayout;
  /** What is bound read-only at its own place. */
  readonly bound: readonly string[];
}

/** The directories beneath the roots of all steps over one base. Nothing in them changes once they are made. */
export interface Skeleton {
  /** Where mount(8) runs. */
  readonly directory: string;
  readonly names: ShortNames;
}

/** Names of a skeleton's parts. */
export const PARTS = {
  /** Where roots are mounted, each in a mount namespace of its own. */
  root: "root",
  /** The top of every root's stack. */
  points: "points",
  /** Above the base: files to show instead of its own. */
  mask: "mask",
  /** Between mask and base: what of the base is not shown at all. */
  curtain: "curtain",
  /** The bottom of the host base's root: what programs expect at the top level, empty. */
  floor: "floor",
  /** The bottom of workspaces with a repository. */
  git: "git",
  empty: "empty",
} as const;

/** Device nodes that a step finds in `/dev`. */
export const DEVICES = ["null", "zero", "full", "random", "urandom", "tty"];

const DEVICE_LINKS = {
  fd: "/proc/self/fd",
  stdin: "/proc/self/fd/0",
  stdout: "/proc/self/fd/1",
  stderr: "/proc/self/fd/2",
  ptmx: "pts/ptmx",
};

/** Mount points that every root has. */
const POINTS = ["proc", "sys", "dev", "dev/shm", "dev/pts", "tmp", "run", "workspace"];

/** Makes a skeleton in a fresh directory below `parent`. */
export async function makeSkeleton(parent: string, base: Base, facts: SkeletonFacts): Promise<Skeleton> {
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  const directory = mkdtempSync(join(parent, "skeleton-"));
  for (const part of Object.values(PARTS)) mkdirSync(join(directory, part), { mode: 0o755 });
  mkdirSync(join(directory, PARTS.git, ".git"));
  const { layout, privilege } = facts;
  const onHost = base.type === "host";
  makeMountPoints(join(directory, PARTS.points), onHost ? layout : undefined, facts.bound);
  if (onHost) makeFloor(join(directory, PARTS.floor));
  const resolver =
    !onHost || (privilege === "root" && layout.resolver !== undefined) ? resolverMask(layout.resolver ?? "/etc/resolv.conf") : [];
  writeMasks(join(directory, PARTS.mask), [...(onHost ? layout.secrets : []), ...layout.names, ...resolver]);
  if (onHost && privilege === "root") await hide(directory, layout.blank);
  return { directory, names: new ShortNames(directory) };
}

/**
 * Real directories and files wherever something is mounted. Being on top, they keep mount(8), which runs outside the root, from following
 * a symlink that a rootfs or a step left at one of these places.
 */
function makeMountPoints(at: string, host: HostLayout | undefined, bound: readonly string[]): void {
  for (const path of POINTS) makeDirectories(at, path);
  for (const path of host?.directories ?? []) makeDirectories(at, path);
  for (const path of [...bound, ...(host?.resolver === undefined ? [] : [host.resolver])]) makeMountPoint(at, path);
  for (const device of DEVICES) writeFileSync(join(at, "dev", device), "", { mode: 0o644 });
  for (const [name, target] of Object.entries(DEVICE_LINKS)) symlinkSync(target, join(at, "dev", name));
  for (const [name, target] of Object.entries(host?.links ?? {})) symlinkSync(target, join(at, name));
}

/** Makes what something of the host's can be mounted over: a directory, or an empty file. */
export function makeMountPoint(root: string, path: string): void {
  const isDirectory = statSync(path).isDirectory();
  makeDirectories(root, isDirectory ? path : dirname(path));
  if (!isDirectory) writeFileSync(join(root, path), "", { mode: 0o644 });
}

function makeFloor(at: string): void {
  mkdirSync(join(at, "root"), { mode: 0o700 });
  for (const name of ["home", "mnt", "srv"]) mkdirSync(join(at, name), { mode: 0o755 });
}

function writeMasks(at: string, masks: readonly Mask[]): void {
  for (const mask of masks) {
    const path = join(at, mask.path);
    makeDirectories(at, dirname(mask.path));
    writeFileSync(path, mask.text, { encoding: "latin1", mode: 0o600 });
    if (mask.gid !== 0 && process.geteuid?.() === 0) chownSync(path, 0, mask.gid);
    chmodSync(path, mask.mode);
  }
}

/** Shows directories empty, without a mount for each: an empty one over a whiteout. */
async function hide(directory: string, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const whiteout = join(directory, "whiteout");
  await makeWhiteout(whiteout);
  for (const path of paths) {
    makeDirectories(join(directory, PARTS.mask), path);
    chmodSync(join(directory, PARTS.mask, path), statSync(join("/", path)).mode & 0o7777);
    makeDirectories(join(directory, PARTS.curtain), dirname(path));
    linkSync(whiteout, join(directory, PARTS.curtain, path));
  }
}

function resolverMask(path: string): readonly Mask[] {
  if (!existsSync(path)) return [];
  return [{ path: "etc/resolv.conf", text: readFileSync(path, "latin1"), mode: 0o644, gid: 0 }];
}

function makeDirectories(root: string, path: string): void {
  let at = root;
  for (const part of path.split("/").filter((name) => name !== "")) {
    at = join(at, part);
    // The host's root directory stays closed to others, also where a toolchain is bound beneath it.
    mkdirSync(at, { recursive: true, mode: part === "root" && dirname(at) === root ? 0o700 : 0o755 });
  }
}
