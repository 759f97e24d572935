import { symlinkSync, writeFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { FrescoError } from "@fresco/ports";
import type { StepRequest, WorkspaceDescription } from "@fresco/ports";
import type { ContainerOptions, HostOptions, ImageFacts, Mount } from "./engine-api.ts";
import { WORKSPACE } from "./script.ts";

/** The kernel takes a page of options, of which the volume driver adds none. */
const LONGEST_OPTIONS = 4_000;

/** What a container of ours is: a shell that reads what to do from its standard input. Nothing of a step is in it. */
export function containerOptions(
  image: string,
  base: ImageFacts,
  user: string | undefined,
  labels: Record<string, string>,
  host: Pick<HostOptions, "NetworkMode" | "Mounts"> & Partial<HostOptions>,
): ContainerOptions {
  return {
    Image: image,
    // The base's own, whatever the layers above were committed from.
    User: user ?? base.Config?.User ?? "",
    Env: [...(base.Config?.Env ?? [])],
    Entrypoint: ["/bin/sh"],
    Cmd: ["-s"],
    WorkingDir: "/",
    Labels: labels,
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      Init: true,
      // The Engine would keep all output in a file of its own.
      LogConfig: { Type: "none", Config: {} },
      CapDrop: ["MKNOD"],
      SecurityOpt: ["no-new-privileges"],
      Tmpfs: { "/tmp": "rw,exec,nosuid,nodev,mode=1777", "/run": "rw,exec,nosuid,nodev,mode=755" },
      ...host,
    },
  };
}

/** What the mounts of a step depend on beside the step. */
export interface MountFacts {
  /** An existing directory for short names. */
  readonly names: string;
  readonly labels: Record<string, string>;
  readonly rootless: boolean;
}

/** The workspace as a mount that the Engine makes, and the repository within. */
export function workspaceMounts({ workspace, git }: Pick<StepRequest, "workspace" | "git">, facts: MountFacts): Mount[] {
  const repository: Mount[] = git === undefined ? [] : [{ Type: "bind", Source: git, Target: `${WORKSPACE}/.git` }];
  return [workspaceMount(workspace, facts), ...repository];
}

function workspaceMount(workspace: WorkspaceDescription, facts: MountFacts): Mount {
  if (workspace.type === "directory") return { Type: "bind", Source: workspace.path, Target: WORKSPACE };
  // No name: the Engine gives it one and removes it with its container.
  return {
    Type: "volume",
    Source: "",
    Target: WORKSPACE,
    VolumeOptions: {
      NoCopy: true,
      Labels: facts.labels,
      DriverConfig: { Name: "local", Options: { type: "overlay", device: "overlay", o: overlayOptions(workspace, facts) } },
    },
  };
}

/** Short names keep the options within a page, and separators in paths away from the kernel's parser. */
function overlayOptions(
  { lower, upper, work }: Extract<WorkspaceDescription, { type: "overlay" }>,
  { names, rootless }: MountFacts,
): string {
  let count = 0;
  const short = (directory: string): string => {
    const name = join(names, String((count += 1)));
    symlinkSync(directory, name);
    return name;
  };
  const options = [
    `lowerdir=${lower.map(short).join(":")}`,
    `upperdir=${short(upper)}`,
    `workdir=${short(work)}`,
    // A namespace's root may write attributes of users' alone; with them the kernel takes neither metacopy nor redirect_dir, and needs no telling.
    rootless ? "userxattr,index=off,xino=off" : "metacopy=off,index=off,xino=off,redirect_dir=off",
    // What is kept of an upper directory is synced when it is stored.
    "volatile",
  ].join(",");
  if (options.length <= LONGEST_OPTIONS) return options;
  throw new FrescoError("sandbox.stack-too-deep", `${lower.length} layers lie beneath the workspace, more than one mount can name.`, {
    hint: "Let FRESCO_HOME name a directory with a shorter path, or shorten the chain of steps.",
  });
}

/** Files that the Engine shares among containers of one network: each step gets its own, so that what one writes there is not the next one's. */
export function networkFiles(directory: string, files: Readonly<Record<string, string>>): Mount[] {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return Object.entries(files).map(([name, text]) => {
    const path = join(directory, name);
    writeFileSync(path, text, { mode: 0o644 });
    return { Type: "bind", Source: path, Target: `/etc/${name}` };
  });
}
