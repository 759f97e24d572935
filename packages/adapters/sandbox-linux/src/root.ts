import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StepRequest } from "@fresco/ports";
import { fstab } from "./fstab.ts";
import type { Mount } from "./fstab.ts";
import { deviceMounts, freshMounts, isOnFresh, kernelMounts, lastMounts, workspaceMounts } from "./mounts.ts";
import { PARTS } from "./skeleton.ts";
import type { Skeleton, SkeletonFacts } from "./skeleton.ts";
import type { System } from "./system.ts";

/** What a root depends on beside the system. */
export interface RootFacts extends SkeletonFacts {
  readonly skeleton: Skeleton;
  /** Directories that are shown empty where they would be visible. */
  readonly hidden: readonly string[];
}

/** The root directory of steps over a skeleton, empty outside their mount namespaces. */
export function rootOf(skeleton: Skeleton): string {
  return join(skeleton.directory, PARTS.root);
}

/** What is mounted above the overlays of a system, whatever the step is. */
export interface RootMounts {
  /** What all steps have in common. */
  readonly common: readonly Mount[];
  /** What lies on directories that are fresh in every step, so that it must be mounted again for each. */
  readonly onFresh: readonly Mount[];
}

export function rootMounts(system: System, facts: RootFacts): RootMounts {
  const root = rootOf(facts.skeleton);
  const fixed = [...system.mounts(root), ...lastMounts(root, join(facts.skeleton.directory, PARTS.empty), facts)];
  return {
    common: [...deviceMounts(root), ...fixed.filter((mount) => !isOnFresh(root, mount))],
    onFresh: fixed.filter((mount) => isOnFresh(root, mount)),
  };
}

/** Writes the table of what each step has for itself, whatever it does, into a fresh directory below `parent`. */
export function writeCellTable(parent: string, system: System, { onFresh }: RootMounts, facts: RootFacts): string {
  const root = rootOf(facts.skeleton);
  const directory = mkdtempSync(join(parent, "cell-"));
  return writeTable(directory, [
    ...kernelMounts(root, facts.layout),
    ...freshMounts(root, directory, [...facts.bound, ...system.files]),
    ...onFresh,
  ]);
}

/** Writes the table of a step's workspace. */
export function writeWorkspaceTable(request: StepRequest, { skeleton, privilege }: RootFacts): string {
  return writeTable(request.scratch, workspaceMounts(rootOf(skeleton), request, skeleton, privilege === "user"));
}

/** Makes the mount point of the repository in a workspace that is no overlay. Returns the empty directories to remove once the step has ended. */
export function makeGitPoint({ git, workspace }: StepRequest): readonly string[] {
  if (git === undefined || workspace.type === "overlay") return [];
  const point = join(workspace.path, ".git");
  mkdirSync(point);
  return [point];
}

function writeTable(directory: string, mounts: readonly Mount[]): string {
  const table = join(directory, "fstab");
  writeFileSync(table, fstab(mounts), { mode: 0o600 });
  return table;
}
