import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { CaptureOptions, Changes, StepRequest } from "@fresco/ports";
import { fstab } from "./fstab.ts";
import { overlayMount } from "./overlay.ts";
import { userNamespace } from "./privileges.ts";
import { STAGE } from "./script.ts";
import { PARTS } from "./skeleton.ts";
import type { Skeleton, SkeletonFacts } from "./skeleton.ts";
import { mountingEnvironment } from "./step-process.ts";
import { systemOf } from "./system.ts";
import type { System, SystemOverlay } from "./system.ts";
import { tools } from "./tools.ts";

/** System changes to capture. */
export type Captures = readonly { readonly changes: Changes; readonly options: CaptureOptions }[];

/**
 * The overlays of a system, mounted in a namespace that a descriptor of this process keeps: it goes with this process, however that ends.
 * A step runs in a copy of the namespace, and as long as none has changed anything, the next one can have the same.
 */
export class Stage {
  readonly skeleton: Skeleton;
  readonly system: System;
  /** Empty where the system is read-only. */
  readonly captures: Captures;
  /** Arguments that make nsenter(1) enter it. */
  readonly entrance: readonly string[];
  readonly #descriptors: readonly number[];
  readonly #uppers: ReadonlyMap<string, bigint>;

  private constructor(skeleton: Skeleton, system: System, directory: string, namespaces: Namespaces) {
    this.skeleton = skeleton;
    this.system = system;
    this.captures = system.captured ? capturesOf(directory, system) : [];
    this.entrance = namespaces.entrance;
    this.#descriptors = namespaces.descriptors;
    const uppers = system.overlays.map(({ at }) => upperOf(directory, at));
    this.#uppers = new Map(uppers.map((upper) => [upper, changeTime(upper)]));
  }

  /** Mounts a system for a step. Says what the programs said when they could not. */
  static async make(
    request: StepRequest,
    facts: SkeletonFacts & { readonly skeleton: Skeleton },
  ): Promise<Stage | { readonly refused: string }> {
    const { skeleton } = facts;
    const directory = request.shared === undefined ? request.scratch : mkdtempSync(join(request.shared, "stage-"));
    const system = systemOf(request.base, request.system, { ...facts, skeleton: skeleton.directory });
    const userxattr = facts.privilege === "user";
    const mounts = system.overlays.map((overlay) => {
      const writable = makeWritable(directory, overlay, join(skeleton.directory, PARTS.points));
      const target = join(skeleton.directory, PARTS.root, overlay.at);
      return overlayMount({ target, lower: overlay.lower, ...writable }, skeleton.names, userxattr);
    });
    const table = join(directory, "stage.fstab");
    writeFileSync(table, fstab(mounts), { mode: 0o600 });
    const { unshare, sh, mount } = tools();
    const child = spawn(unshare, [...userNamespace(facts.privilege), "--mount", sh, "-c", STAGE, "fresco-stage", mount, table], {
      cwd: skeleton.directory,
      env: mountingEnvironment,
      stdio: ["pipe", "pipe", "pipe"],
    });
    const refused = await refusal(child);
    if (refused !== undefined) return { refused };
    try {
      return new Stage(skeleton, system, directory, openNamespaces(child.pid, userxattr));
    } finally {
      child.stdin.end();
    }
  }

  /** Has no step changed anything, not even for a moment? */
  get untouched(): boolean {
    return [...this.#uppers].every(
      ([upper, changed]) => existsSync(upper) && changeTime(upper) === changed && readdirSync(upper).length === 0,
    );
  }

  /** Lets the mounts go, once the steps over them have ended. */
  close(): void {
    for (const descriptor of this.#descriptors) closeSync(descriptor);
  }
}

interface Namespaces {
  readonly descriptors: readonly number[];
  readonly entrance: readonly string[];
}

function openNamespaces(pid: number | undefined, user: boolean): Namespaces {
  const opened = (name: string): number => openSync(`/proc/${pid}/ns/${name}`, "r");
  // By path, since a descriptor that a step inherited would be a way out for it.
  const path = (descriptor: number): string => `/proc/${process.pid}/fd/${descriptor}`;
  const mount = opened("mnt");
  if (!user) return { descriptors: [mount], entrance: [`--mount=${path(mount)}`] };
  const owner = opened("user");
  return { descriptors: [mount, owner], entrance: [`--user=${path(owner)}`, "--preserve-credentials", `--mount=${path(mount)}`] };
}

/** Resolves once everything is mounted, or with what the programs said instead. */
function refusal(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    let diagnostics = "";
    child.stderr?.on("data", (chunk: Buffer) => (diagnostics += chunk.toString("utf8")));
    child.stdout?.once("data", () => resolve(undefined));
    child.stdin?.on("error", () => undefined);
    child.once("error", (error) => resolve(error.message));
    child.once("close", () => resolve(diagnostics.trim()));
  });
}

function makeWritable(directory: string, overlay: SystemOverlay, points: string): { readonly upper: string; readonly work: string } {
  const upper = upperOf(directory, overlay.at);
  const work = `${upper}.work`;
  mkdirSync(upper);
  mkdirSync(work);
  // The upper directory is what the mount's own root looks like, and mount points are nobody's.
  const like = overlay.lower.find((lower) => lower.directory !== points);
  if (like !== undefined) copyAttributes(join(like.directory, like.below), upper);
  return { upper, work };
}

function capturesOf(directory: string, system: System): Captures {
  return system.overlays.map((overlay) => ({
    changes: {
      type: "overlay",
      upper: upperOf(directory, overlay.at),
      lower: overlay.lower.map((lower) => join(lower.directory, lower.below)),
    },
    options: { outputs: null, exclude: overlay.exclude, ...(overlay.at === "" ? {} : { at: overlay.at }) },
  }));
}

function upperOf(directory: string, at: string): string {
  return join(directory, at === "" ? "root" : at);
}

function copyAttributes(from: string, to: string): void {
  const stat = statSync(from);
  if (process.geteuid?.() === 0) chownSync(to, stat.uid, stat.gid);
  chmodSync(to, stat.mode & 0o7777);
}

/** Nothing sets it back: neither a file that comes and goes nor a mode that is restored leaves it as it was. */
function changeTime(path: string): bigint {
  return lstatSync(path, { bigint: true }).ctimeNs;
}
