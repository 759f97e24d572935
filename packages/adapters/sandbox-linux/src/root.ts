import { chmodSync, chownSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CaptureOptions, Changes, StepRequest } from "@fresco/ports";
import { fstab } from "./fstab.ts";
import type { Mount } from "./fstab.ts";
import { deviceMounts, freshMounts, lastMounts, workspaceMounts } from "./mounts.ts";
import { overlayMount } from "./overlay.ts";
import { PARTS } from "./skeleton.ts";
import type { Skeleton, SkeletonFacts } from "./skeleton.ts";
import { systemOf } from "./system.ts";
import type { System, SystemOverlay } from "./system.ts";

/** A step's root: what to mount, in a file, and what to capture afterwards. */
export interface Root {
  /** Where mount(8) runs. */
  readonly cwd: string;
  /** The table of mounts. */
  readonly fstab: string;
  /** The root directory, empty outside the step's mount namespace. */
  readonly path: string;
  /** Empty directories to remove once the step has ended. */
  readonly removed: readonly string[];
  /** System changes to capture; empty where the system is read-only. */
  readonly captures: readonly { readonly changes: Changes; readonly options: CaptureOptions }[];
}

/** What the root depends on beside the request. */
export interface RootFacts extends SkeletonFacts {
  readonly skeleton: Skeleton;
  /** Directories that are shown empty where they would be visible. */
  readonly hidden: readonly string[];
}

/** Prepares a step's root: its writable directories, in the step's scratch directory, and its table. Mounts nothing yet. */
export function prepareRoot(request: StepRequest, facts: RootFacts): Root {
  const { scratch } = request;
  const { directory, names } = facts.skeleton;
  const path = join(directory, PARTS.root);
  const userxattr = facts.privilege === "user";
  const system = systemOf(request.base, request.system, { ...facts, skeleton: directory });
  const mounts: readonly Mount[] = [
    ...system.overlays.map((overlay) => {
      const writable = makeWritable(scratch, overlay, join(directory, PARTS.points));
      return overlayMount({ target: join(path, overlay.at), lower: overlay.lower, ...writable }, names, userxattr);
    }),
    ...workspaceMounts(path, request, facts.skeleton, userxattr),
    ...deviceMounts(path, facts.layout),
    ...freshMounts(path, scratch, [...facts.bound, ...system.files]),
    ...system.mounts(path),
    ...lastMounts(path, join(directory, PARTS.empty), facts),
  ];
  const table = join(scratch, "fstab");
  writeFileSync(table, fstab(mounts), { mode: 0o600 });
  return { cwd: directory, fstab: table, path, removed: gitPoint(request), captures: system.captured ? capturesOf(scratch, system) : [] };
}

/** The mount point of the repository in a workspace that is no overlay. */
function gitPoint({ git, workspace }: StepRequest): readonly string[] {
  if (git === undefined || workspace.type === "overlay") return [];
  const point = join(workspace.path, ".git");
  mkdirSync(point);
  return [point];
}

function makeWritable(scratch: string, overlay: SystemOverlay, points: string): { readonly upper: string; readonly work: string } {
  const upper = upperOf(scratch, overlay.at);
  const work = `${upper}.work`;
  mkdirSync(upper);
  mkdirSync(work);
  // The upper directory is what the mount's own root looks like, and mount points are nobody's.
  const like = overlay.lower.find((lower) => lower.directory !== points);
  if (like !== undefined) copyAttributes(join(like.directory, like.below), upper);
  return { upper, work };
}

function capturesOf(scratch: string, system: System): Root["captures"] {
  return system.overlays.map((overlay) => ({
    changes: {
      type: "overlay",
      upper: upperOf(scratch, overlay.at),
      lower: overlay.lower.map((lower) => join(lower.directory, lower.below)),
    },
    options: { outputs: null, exclude: overlay.exclude, ...(overlay.at === "" ? {} : { at: overlay.at }) },
  }));
}

function upperOf(scratch: string, at: string): string {
  return join(scratch, at === "" ? "root" : at);
}

function copyAttributes(from: string, to: string): void {
  const stat = statSync(from);
  if (process.geteuid?.() === 0) chownSync(to, stat.uid, stat.gid);
  chmodSync(to, stat.mode & 0o7777);
}
