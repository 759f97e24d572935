import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { StepRequest } from "@fresco/ports";
import { bind } from "./fstab.ts";
import type { Mount } from "./fstab.ts";
import type { HostLayout, Mask } from "./host-layout.ts";
import { lockedFlags } from "./locked-flags.ts";
import type { Lower } from "./overlay.ts";
import type { Privilege } from "./privileges.ts";
import { makeFloor, writeMasks } from "./skeleton.ts";
import type { MountPoint } from "./skeleton.ts";

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
  readonly points: readonly MountPoint[];
  readonly links: Readonly<Record<string, string>>;
  readonly overlays: readonly SystemOverlay[];
  /** Mounts that are no overlays; they come after what is fresh in every step. */
  readonly mounts: (root: string) => readonly Mount[];
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
  const points = layout.directories.map((path): MountPoint => ({ path, type: "directory" }));
  const { links } = layout;
  if (facts.privilege === "user") {
    return { points: [...points, ...resolverPoint(layout)], links, overlays: [root([])], mounts: (path) => readOnlyHost(cwd, path, layout), captured: false };
  }
  writeMasks(join(cwd, "mask"), [...layout.secrets, ...layout.names, ...(layout.resolver === undefined ? [] : resolverMask(layout.resolver))]);
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
  return { points, links, overlays, mounts: () => [], captured: true };
}

/** A directory that holds a whole system; names resolve as on the host. */
export function rootfsSystem(cwd: string, request: StepRequest, rootfs: string, facts: { readonly layout: HostLayout }): System {
  writeMasks(join(cwd, "mask"), [...facts.layout.names, ...resolverMask(facts.layout.resolver ?? "/etc/resolv.conf")]);
  const lower = [join(cwd, "points"), ...layerTrees(request), join(cwd, "mask"), rootfs].map(whole);
  return { points: [], links: {}, overlays: [{ at: "", lower, exclude: FRESH }], mounts: () => [], captured: true };
}

function readOnlyHost(cwd: string, root: string, layout: HostLayout): readonly Mount[] {
  const masks = [...layout.secrets, ...layout.names];
  writeMasks(join(cwd, "mask"), masks);
  const shown = (source: string, at: string): Mount => bind(source, join(root, at), { readOnly: true, recursive: true, flags: lockedFlags(source) });
  return [
    ...layout.directories.map((at) => shown(`/${at}`, at)),
    ...masks.map((mask) => shown(join(cwd, "mask", mask.path), mask.path)),
    ...layout.blank.map((at) => bind(blankLike(cwd, at), join(root, at))),
    ...(layout.resolver === undefined ? [] : [shown(layout.resolver, layout.resolver)]),
  ];
}

/** Read-only, `/etc/resolv.conf` stays the symlink that it is, so what it leads to must be there. */
function resolverPoint({ resolver }: HostLayout): readonly MountPoint[] {
  return resolver === undefined ? [] : [{ path: resolver.slice(1), type: "file" }];
}

/** An empty directory with the mode of the host's. */
function blankLike(cwd: string, at: string): string {
  const directory = join(cwd, `blank-${at.replaceAll("/", "-")}`);
  mkdirSync(directory);
  chmodSync(directory, statSync(join("/", at)).mode & 0o7777);
  return directory;
}

/** Read anew for each step: laptops move. */
function resolverMask(path: string): readonly Mask[] {
  if (!existsSync(path)) return [];
  return [{ path: "etc/resolv.conf", text: readFileSync(path, "latin1"), mode: 0o644, gid: 0 }];
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
