import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { StepRequest, WorkspaceDescription } from "@fresco/ports";
import { bind, tmpfs } from "./fstab.ts";
import type { Mount } from "./fstab.ts";
import type { HostLayout } from "./host-layout.ts";
import { lockedFlags } from "./locked-flags.ts";
import type { Overlays } from "./overlay.ts";
import { WORKSPACE } from "./script.ts";
import { DEVICES } from "./skeleton.ts";
import type { MountPoint } from "./skeleton.ts";

/** The workspace, and the repository at its `.git`. */
export function workspaceMounts(root: string, cwd: string, request: StepRequest, overlays: Overlays): readonly Mount[] {
  const target = join(root, WORKSPACE);
  const { workspace, git } = request;
  if (git === undefined) return [workspaceMount(target, workspace, [], overlays)];
  // The mount point lies beneath everything, so that it is no change of the step's.
  const beneath = join(cwd, "git");
  mkdirSync(join(workspace.type === "directory" ? workspace.path : beneath, ".git"), { recursive: true });
  return [workspaceMount(target, workspace, [beneath], overlays), bind(git, join(target, ".git"))];
}

function workspaceMount(target: string, workspace: WorkspaceDescription, beneath: readonly string[], overlays: Overlays): Mount {
  if (workspace.type === "directory") return bind(workspace.path, target);
  const lower = [...workspace.lower, ...beneath].map((directory) => ({ directory, below: "" }));
  return overlays.mount(target, lower, workspace.upper, workspace.work);
}

/** What the kernel shows of itself: processes and devices. */
export function deviceMounts(root: string, layout: HostLayout): readonly Mount[] {
  const proc = join(root, "proc");
  return [
    { source: "proc", target: proc, type: "proc", options: "nosuid,nodev,noexec" },
    ...layout.readOnlyProc.map((name) => bind(join(proc, name), join(proc, name), { readOnly: true })),
    ...layout.hiddenProc.map(({ name, directory }) => (directory ? tmpfs(join(proc, name), "ro,size=4k") : bind("/dev/null", join(proc, name)))),
    ...DEVICES.map((name) => bind(`/dev/${name}`, join(root, "dev", name))),
    tmpfs(join(root, "dev/shm"), "nosuid,nodev,mode=1777"),
    { source: "devpts", target: join(root, "dev/pts"), type: "devpts", options: "newinstance,ptmxmode=0666,mode=620,nosuid,noexec" },
  ];
}

/** What is fresh in every step: in memory, or where something is mounted beneath it, the directory that holds these mount points. */
export function freshMounts(root: string, cwd: string, points: readonly MountPoint[]): readonly Mount[] {
  return Object.entries({ tmp: "1777", run: "755" }).map(([name, mode]) =>
    points.some(({ path }) => path.startsWith(`${name}/`))
      ? bind(join(cwd, "points", name), join(root, name))
      : tmpfs(join(root, name), `nosuid,nodev,mode=${mode}`),
  );
}

/** Toolchains at their own place, and then what must not be seen, which may lie inside of them. */
export function lastMounts(
  root: string,
  cwd: string,
  facts: { readonly bound: readonly string[]; readonly hidden: readonly string[]; readonly layout: HostLayout },
): readonly Mount[] {
  const visible = [...facts.layout.directories.map((name) => `/${name}`), ...facts.bound];
  return [
    ...facts.bound.map((path) => bind(path, join(root, path), { readOnly: true, recursive: true, flags: lockedFlags(path) })),
    ...facts.hidden.filter((path) => visible.some((shown) => path.startsWith(`${shown}/`))).map((path) => bind(join(cwd, "empty"), join(root, path), { readOnly: true })),
  ];
}
