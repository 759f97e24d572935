import { chmodSync, chownSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CaptureOptions, Changes, StepRequest } from "@fresco/ports";
import { fstab } from "./fstab.ts";
import type { Mount } from "./fstab.ts";
import type { HostLayout } from "./host-layout.ts";
import { deviceMounts, freshMounts, lastMounts, workspaceMounts } from "./mounts.ts";
import { Overlays } from "./overlay.ts";
import type { Privilege } from "./privileges.ts";
import { makeMountPoints } from "./skeleton.ts";
import type { MountPoint } from "./skeleton.ts";
import { hostSystem, rootfsSystem } from "./system.ts";
import type { System } from "./system.ts";

/** A step's root: what to mount, in a file, and what to capture afterwards. */
export interface Root {
  /** Where mount(8) runs; the table `fstab` lies here. */
  readonly cwd: string;
  /** The root directory, empty outside the step's mount namespace. */
  readonly path: string;
  /** System changes to capture; empty where the system is read-only. */
  readonly captures: readonly { readonly changes: Changes; readonly options: CaptureOptions }[];
}

/** What the root depends on beside the request. */
export interface RootFacts {
  readonly privilege: Privilege;
  readonly layout: HostLayout;
  /** Directories that are bound read-only at their own place. */
  readonly bound: readonly string[];
  /** Directories that are shown empty where they would be visible. */
  readonly hidden: readonly string[];
}

/** Prepares a step's root in its scratch directory. Mounts nothing yet. */
export function prepareRoot(request: StepRequest, facts: RootFacts): Root {
  const cwd = join(request.scratch, "root");
  const path = join(cwd, "r");
  mkdirSync(cwd, { mode: 0o700 });
  for (const name of ["r", "u", "w", "empty"]) mkdirSync(join(cwd, name), { mode: 0o755 });
  const system = request.base.type === "rootfs" ? rootfsSystem(cwd, request, request.base.path, facts) : hostSystem(cwd, request, facts);
  const points = [...system.points, ...facts.bound.map(pointFor)];
  makeMountPoints(join(cwd, "points"), points, system.links);
  const overlays = new Overlays(cwd, facts.privilege === "user");
  const mounts = [
    ...system.overlays.map((overlay) => mountSystem(cwd, path, overlay, overlays)),
    ...workspaceMounts(path, cwd, request, overlays),
    ...deviceMounts(path, facts.layout),
    ...freshMounts(path, cwd, points),
    ...system.mounts(path),
    ...lastMounts(path, cwd, facts),
  ];
  writeFileSync(join(cwd, "fstab"), fstab(mounts), { mode: 0o600 });
  return { cwd, path, captures: system.captured ? captures(cwd, system) : [] };
}

function mountSystem(cwd: string, root: string, overlay: System["overlays"][number], overlays: Overlays): Mount {
  const top = overlay.lower.find((lower) => lower.directory !== join(cwd, "points"));
  const upper = upperOf(cwd, overlay.at);
  const work = join(cwd, "w", slug(overlay.at));
  mkdirSync(upper);
  mkdirSync(work);
  // The upper directory is what the mount's own root looks like.
  if (top !== undefined) copyAttributes(join(top.directory, top.below), upper);
  return overlays.mount(join(root, overlay.at), overlay.lower, upper, work);
}

function captures(cwd: string, system: System): Root["captures"] {
  return system.overlays.map((overlay) => ({
    changes: { type: "overlay", upper: upperOf(cwd, overlay.at), lower: overlay.lower.map((lower) => join(lower.directory, lower.below)) },
    options: { outputs: null, exclude: overlay.exclude, ...(overlay.at === "" ? {} : { at: overlay.at }) },
  }));
}

function pointFor(path: string): MountPoint {
  return { path: path.slice(1), type: statSync(path).isDirectory() ? "directory" : "file" };
}

function upperOf(cwd: string, at: string): string {
  return join(cwd, "u", slug(at));
}

function slug(at: string): string {
  return at === "" ? "root" : at.replaceAll("/", "-");
}

function copyAttributes(from: string, to: string): void {
  const stat = statSync(from);
  if (process.geteuid?.() === 0) chownSync(to, stat.uid, stat.gid);
  chmodSync(to, stat.mode & 0o7777);
}
