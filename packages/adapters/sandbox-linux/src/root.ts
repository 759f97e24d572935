import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StepRequest } from "@fresco/ports";
import { fstab } from "./fstab.ts";
import type { Mount } from "./fstab.ts";
import { deviceMounts, freshMounts, lastMounts, workspaceMounts } from "./mounts.ts";
import { PARTS } from "./skeleton.ts";
import type { SkeletonFacts } from "./skeleton.ts";
import type { Stage } from "./stage.ts";

/** A step's root over its system: what to mount, in a file. */
export interface Root {
  /** Where mount(8) runs. */
  readonly cwd: string;
  /** The table of mounts. */
  readonly fstab: string;
  /** The root directory, empty outside the step's mount namespace. */
  readonly path: string;
  /** Empty directories to remove once the step has ended. */
  readonly removed: readonly string[];
}

/** What the root depends on beside the request. */
export interface RootFacts extends SkeletonFacts {
  readonly stage: Stage;
  /** Directories that are shown empty where they would be visible. */
  readonly hidden: readonly string[];
}

/** Prepares what a step has for itself on its root, and the table. Mounts nothing yet. */
export function prepareRoot(request: StepRequest, facts: RootFacts): Root {
  const { scratch } = request;
  const { skeleton, system } = facts.stage;
  const path = join(skeleton.directory, PARTS.root);
  const mounts: readonly Mount[] = [
    ...workspaceMounts(path, request, skeleton, facts.privilege === "user"),
    ...deviceMounts(path, facts.layout),
    ...freshMounts(path, scratch, [...facts.bound, ...system.files]),
    ...system.mounts(path),
    ...lastMounts(path, join(skeleton.directory, PARTS.empty), facts),
  ];
  const table = join(scratch, "fstab");
  writeFileSync(table, fstab(mounts), { mode: 0o600 });
  return { cwd: skeleton.directory, fstab: table, path, removed: gitPoint(request) };
}

/** The mount point of the repository in a workspace that is no overlay. */
function gitPoint({ git, workspace }: StepRequest): readonly string[] {
  if (git === undefined || workspace.type === "overlay") return [];
  const point = join(workspace.path, ".git");
  mkdirSync(point);
  return [point];
}
