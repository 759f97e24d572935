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
import type { CaptureOptions, Changes, Pipes, StepRequest } from "@fresco/ports";
import { Cell, mountingEnvironment } from "./cell.ts";
import { fstab } from "./fstab.ts";
import { overlayMount } from "./overlay.ts";
import { userNamespace } from "./privileges.ts";
import { rootMounts, rootOf, writeCellTable } from "./root.ts";
import type { RootFacts, RootMounts } from "./root.ts";
import { STAGE } from "./script.ts";
import type { StepUser } from "./step-user.ts";
import { PARTS } from "./skeleton.ts";
import { systemOf } from "./system.ts";
import type { System, SystemOverlay } from "./system.ts";
import { tools } from "./tools.ts";

/** System changes to capture. */
export type Captures = readonly { readonly changes: Changes; readonly options: CaptureOptions }[];

/**
 * The overlays of a system, mounted in a namespace that a descriptor of this process keeps: it goes with this process, however that ends.
 * A step runs in a cell, a copy of the namespace, and as long as none has changed anything, the next one can have the same stage.
 */
export class Stage {
  /** Empty where the system is read-only. */
  readonly captures: Captures;
  readonly #system: System;
  readonly #mounts: RootMounts;
  readonly #facts: RootFacts;
  readonly #directory: string;
  readonly #namespaces: Namespaces;
  readonly #uppers: ReadonlyMap<string, bigint>;
  /** Who its steps run as, and whether they have a network. */
  readonly #terms: Terms;
  #spare: Cell | undefined;
  #closed = false;

  private constructor(system: System, mounts: RootMounts, facts: RootFacts, directory: string, namespaces: Namespaces, terms: Terms) {
    this.#system = system;
    this.#mounts = mounts;
    this.#facts = facts;
    this.#directory = directory;
    this.#namespaces = namespaces;
    this.#terms = terms;
    this.captures = system.captured ? capturesOf(directory, system) : [];
    const uppers = system.overlays.map(({ at }) => upperOf(directory, at));
    this.#uppers = new Map(uppers.map((upper) => [upper, changeTime(upper)]));
  }

  /** Mounts a system for a step. Says what the programs said when they could not. */
  static async make(request: StepRequest, facts: RootFacts, user: StepUser | undefined): Promise<Stage | { readonly refused: string }> {
    const { skeleton } = facts;
    const directory = request.shared === undefined ? request.scratch : mkdtempSync(join(request.shared, "stage-"));
    const system = systemOf(request.base, request.system, { ...facts, skeleton: skeleton.directory });
    const userxattr = facts.privilege === "user";
    const mounts = rootMounts(system, facts);
    const overlays = system.overlays.map((overlay) => {
      const writable = makeWritable(directory, overlay, join(skeleton.directory, PARTS.points));
      const target = join(rootOf(skeleton), overlay.at);
      return overlayMount({ target, lower: overlay.lower, ...writable }, skeleton.names, userxattr);
    });
    const table = join(directory, "stage.fstab");
    writeFileSync(table, fstab([...overlays, ...mounts.common]), { mode: 0o600 });
    const { unshare, sh, mount } = tools();
    const child = spawn(unshare, [...userNamespace(facts.privilege), "--mount", sh, "-c", STAGE, "fresco-stage", mount, table], {
      cwd: skeleton.directory,
      env: mountingEnvironment,
      stdio: ["pipe", "pipe", "pipe"],
    });
    const refused = await refusal(child);
    if (refused !== undefined) return { refused };
    try {
      const terms = { user, alone: request.network === "none" };
      return new Stage(system, mounts, facts, directory, openNamespaces(child.pid, userxattr), terms);
    } finally {
      child.stdin.end();
    }
  }

  /** A cell for the next step: the one that was made ready, or a new one. */
  async takeCell(pipes: Pipes): Promise<Cell> {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare !== undefined && !spare.broken) return spare;
    spare?.discard();
    return this.#makeCell(pipes);
  }

  /** Makes a cell ready for the step after the one that runs now. Should that one change the system, both go with the stage. */
  async makeReady(pipes: Pipes): Promise<void> {
    this.#spare ??= await this.#makeCell(pipes);
    if (this.#closed) this.#spare.discard();
  }

  async #makeCell(pipes: Pipes): Promise<Cell> {
    const { skeleton, privilege } = this.#facts;
    const place = {
      entrance: this.#namespaces.entrance,
      groups: privilege === "root" ? ["--clear-groups"] : [],
      user: userArguments(this.#terms.user),
      alone: this.#terms.alone,
      cwd: skeleton.directory,
      fstab: writeCellTable(this.#directory, this.#system, this.#mounts, this.#facts),
      root: rootOf(skeleton),
    };
    const [stdout, stderr] = [await pipes.open(this.#directory), await pipes.open(this.#directory)];
    return new Cell(place, stdout, stderr);
  }

  /** Has no step changed anything, not even for a moment? */
  get untouched(): boolean {
    return [...this.#uppers].every(
      ([upper, changed]) => existsSync(upper) && changeTime(upper) === changed && readdirSync(upper).length === 0,
    );
  }

  /** Lets the mounts go, once the steps over them have ended. */
  close(): void {
    this.#closed = true;
    this.#spare?.discard();
    for (const descriptor of this.#namespaces.descriptors) closeSync(descriptor);
  }
}

interface Terms {
  readonly user: StepUser | undefined;
  readonly alone: boolean;
}

function userArguments(user: StepUser | undefined): readonly string[] {
  return user === undefined ? [] : [`--userspec=${user.uid}:${user.gid}`, `--groups=${user.groups.join(",")}`];
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
