import { chmodSync } from "node:fs";
import { join } from "node:path";
import type { StepRequest, WorkspaceDescription } from "@fresco/ports";
import { bind, tmpfs } from "./fstab.ts";
import type { Mount } from "./fstab.ts";
import type { HostLayout } from "./host-layout.ts";
import { lockedFlags } from "./locked-flags.ts";
import { overlayMount } from "./overlay.ts";
import { WORKSPACE } from "./script.ts";
import { DEVICES, PARTS, makeMountPoint } from "./skeleton.ts";
import type { Skeleton } from "./skeleton.ts";
import { isWithin } from "./toolchains.ts";

/** Directories that are fresh in every step, with their modes. */
const FRESH = { tmp: 0o1777, run: 0o755 };

/** The workspace, and the repository at its `.git`. */
export function workspaceMounts(root: string, request: StepRequest, skeleton: Skeleton, userxattr: boolean): readonly Mount[] {
  const target = join(root, WORKSPACE);
  const { workspace, git } = request;
  if (git === undefined) return [workspaceMount(target, workspace, [], skeleton, userxattr)];
  // The mount point lies beneath everything, so that it is no change of the step's.
  const beneath = [join(skeleton.directory, PARTS.git)];
  return [workspaceMount(target, workspace, beneath, skeleton, userxattr), bind(git, join(target, ".git"))];
}

function workspaceMount(
  target: string,
  workspace: WorkspaceDescription,
  beneath: readonly string[],
  skeleton: Skeleton,
  userxattr: boolean,
): Mount {
  if (workspace.type === "directory") return bind(workspace.path, target);
  const lower = [...workspace.lower, ...beneath].map((directory) => ({ directory, below: "" }));
  return overlayMount({ target, lower, upper: workspace.upper, work: workspace.work }, skeleton.names, userxattr);
}

/** Devices, which all steps share. */
export function deviceMounts(root: string): readonly Mount[] {
  return DEVICES.map((name) => bind(`/dev/${name}`, join(root, "dev", name)));
}

/** What the kernel shows of a namespace: its processes, terminals and shared memory. */
export function kernelMounts(root: string, layout: HostLayout): readonly Mount[] {
  const proc = join(root, "proc");
  return [
    { source: "proc", target: proc, type: "proc", options: "nosuid,nodev,noexec" },
    ...layout.readOnlyProc.map((name) => bind(join(proc, name), join(proc, name), { readOnly: true })),
    ...layout.hiddenProc.map(({ name, directory }) =>
      directory ? tmpfs(join(proc, name), "ro,size=4k") : bind("/dev/null", join(proc, name)),
    ),
    tmpfs(join(root, "dev/shm"), "nosuid,nodev,mode=1777"),
    { source: "devpts", target: join(root, "dev/pts"), type: "devpts", options: "newinstance,ptmxmode=0666,mode=620,nosuid,noexec" },
  ];
}

/** What is fresh in every step: in memory or, where something of the host's will be mounted beneath it, a directory with these mount points. */
export function freshMounts(root: string, scratch: string, bound: readonly string[]): readonly Mount[] {
  return Object.entries(FRESH).map(([name, mode]) => {
    const beneath = bound.filter((path) => isWithin(path, `/${name}`));
    if (beneath.length === 0) return tmpfs(join(root, name), `nosuid,nodev,mode=${mode.toString(8)}`);
    const directory = join(scratch, "fresh");
    for (const path of beneath) makeMountPoint(directory, path);
    chmodSync(join(directory, name), mode);
    return bind(join(directory, name), join(root, name));
  });
}

/** Does it lie on what is fresh in every step, so that it must be mounted again after that? */
export function isOnFresh(root: string, { target }: Mount): boolean {
  return Object.keys(FRESH).some((name) => isWithin(target, join(root, name)));
}

/** Toolchains at their own place, and then what must not be seen, which may lie inside of them. */
export function lastMounts(
  root: string,
  empty: string,
  facts: { readonly bound: readonly string[]; readonly hidden: readonly string[]; readonly layout: HostLayout },
): readonly Mount[] {
  const visible = [...facts.layout.directories.map((name) => `/${name}`), ...facts.bound];
  const blank = facts.layout.blank.map((name) => `/${name}`);
  return [
    ...facts.bound.map((path) => bind(path, join(root, path), { readOnly: true, recursive: true, flags: lockedFlags(path) })),
    ...facts.hidden
      // What is blank in the sandbox has no place to mount on, and shows nothing.
      .filter((path) => visible.some((shown) => isWithin(path, shown)) && !blank.some((at) => isWithin(path, at)))
      .map((path) => bind(empty, join(root, path), { readOnly: true })),
  ];
}
