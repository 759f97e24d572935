import { chmodSync, lstatSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { StepRequest } from "@fresco/ports";
import { bind } from "./fstab.ts";
import type { Mount } from "./fstab.ts";
import type { HostLayout } from "./host-layout.ts";
import { lockedFlags } from "./locked-flags.ts";
import type { Lower } from "./overlay.ts";
import type { Privilege } from "./privileges.ts";
import { makeFloor, writeMasks } from "./skeleton.ts";

/** One overlay mount of the system. */
export interface SystemOverlay {
  /** Relative to the root; empty for the root itself. */
  readonly at: string;
  /** Topmost first. */
  readonly lower: readonly Lower[];
  /** Beneath `at`: what is no part of the system, or belongs to another mount. */
  readonly exclude: readonly string[];
}

/** A step's system: everything but its workspace and what is fresh in every step. */
export interface System {
  /** Mount points to make, relative to the root. */
  readonly points: readonly string[];
  readonly links: Readonly<Record<string, string>>;
  readonly overlays: readonly SystemOverlay[];
  /** Mounts that are no overlays. */
  readonly mounts: (root: string) => readonly Mount[];
  /** What stands in for an empty `/run`. */
  readonly run?: string;
  /** Is what the step changes kept as a layer? */
  readonly captured: boolean;
}

/** What is fresh in every step. */
const FRESH = ["workspace", "tmp", "run", "proc", "dev", "sys"];

/** The host's own directories as the base. An ordinary user sees them read-only, with an empty HOME that ends with the step. */
export function hostSystem(cwd: string, request: StepRequest, facts: { readonly privilege: Privilege; readonly layout: HostLayout }): System {
  const { layout } = facts;
  makeFloor(join(cwd, "floor"));
  const root = (layers: readonly Lower[]): SystemOverlay => ({
    at: "",
    lower: [whole(join(cwd, "points")), ...layers, whole(join(cwd, "floor"))],
    exclude: [...FRESH, ...layout.directories, ...Object.keys(layout.links)],
  });
  const shared = { points: layout.directories, links: layout.links };
  if (facts.privilege === "user") {
    return { ...shared, overlays: [root([])], mounts: (path) => readOnlyHost(cwd, path, layout), captured: false, ...resolverBeneathRun(cwd, layout) };
  }
  const resolver = layout.resolver === undefined ? [] : [{ path: "etc/resolv.conf", text: layout.resolver.text, mode: 0o644, gid: 0 }];
  writeMasks(join(cwd, "mask"), [...layout.masks, ...resolver]);
  const trees = layerTrees(request);
  const above = (at: string): readonly Lower[] => trees.map((directory) => ({ directory, below: at })).filter(isThere);
  const overlays = [
    root(trees.map(whole)),
    ...layout.directories.map((at) => ({
      at,
      lower: [...above(at), ...[{ directory: join(cwd, "mask"), below: at }].filter(isThere), { directory: "/", below: at }],
      exclude: layout.blank.filter((path) => path.startsWith(`${at}/`)).map((path) => path.slice(at.length + 1)),
    })),
    ...layout.blank.map((at) => ({ at, lower: [...above(at), whole(blankLike(cwd, at))], exclude: [] })),
  ];
  return { ...shared, overlays, mounts: () => [], captured: true };
}

/** A directory that holds a whole system. */
export function rootfsSystem(cwd: string, request: StepRequest, rootfs: string): System {
  const lower = [join(cwd, "points"), ...layerTrees(request), rootfs].map(whole);
  return { points: [], links: {}, overlays: [{ at: "", lower, exclude: FRESH }], mounts: () => [], captured: true };
}

function readOnlyHost(cwd: string, root: string, layout: HostLayout): readonly Mount[] {
  writeMasks(join(cwd, "mask"), layout.masks);
  const shown = (source: string, at: string): Mount => bind(source, join(root, at), { readOnly: true, recursive: true, flags: lockedFlags(source) });
  return [
    ...layout.directories.map((at) => shown(`/${at}`, at)),
    ...layout.masks.map((mask) => shown(join(cwd, "mask", mask.path), mask.path)),
    ...layout.blank.map((at) => bind(blankLike(cwd, at), join(root, at))),
  ];
}

/** Read-only, `/etc/resolv.conf` stays the symlink that it is, so what it leads to must be there. */
function resolverBeneathRun(cwd: string, { resolver }: HostLayout): { readonly run: string } | undefined {
  if (resolver === undefined || !resolver.path.startsWith("/run/")) return undefined;
  const run = join(cwd, "run");
  writeMasks(run, [{ path: resolver.path.slice("/run/".length), text: resolver.text, mode: 0o644, gid: 0 }]);
  return { run };
}

/** An empty directory with the mode of the host's. */
function blankLike(cwd: string, at: string): string {
  const directory = join(cwd, `blank-${at.replaceAll("/", "-")}`);
  mkdirSync(directory);
  chmodSync(directory, statSync(join("/", at)).mode & 0o7777);
  return directory;
}

function layerTrees(request: StepRequest): readonly string[] {
  return request.system.map((layer) => join(layer.path, "tree")).reverse();
}

function whole(directory: string): Lower {
  return { directory, below: "" };
}

function isThere(lower: Lower): boolean {
  return lstatSync(join(lower.directory, lower.below), { throwIfNoEntry: false })?.isDirectory() === true;
}
