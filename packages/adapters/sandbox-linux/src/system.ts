import { lstatSync } from "node:fs";
import { join } from "node:path";
import type { Base } from "@fresco/pipeline";
import { FrescoError } from "@fresco/ports";
import type { LayerRef } from "@fresco/ports";
import { bind, tmpfs } from "./fstab.ts";
import type { Mount } from "./fstab.ts";
import type { HostLayout } from "./host-layout.ts";
import { lockedFlags } from "./locked-flags.ts";
import type { Lower } from "./overlay.ts";
import type { Privilege } from "./privileges.ts";
import { PARTS } from "./skeleton.ts";
import { isWithin } from "./toolchains.ts";

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
  readonly overlays: readonly SystemOverlay[];
  /** Mounts that are no overlays; they come after what is fresh in every step. */
  readonly mounts: (root: string) => readonly Mount[];
  /** Files of the host's among these that need a mount point of their own. */
  readonly files: readonly string[];
  /** Is what the step changes kept as a layer? */
  readonly captured: boolean;
}

interface SystemFacts {
  readonly privilege: Privilege;
  readonly layout: HostLayout;
  /** The skeleton's directory. */
  readonly skeleton: string;
}

/** What is fresh in every step. */
const FRESH = ["workspace", "tmp", "run", "proc", "dev", "sys"];

/** The system of a step over this base and these layers (bottom to top). */
export function systemOf(base: Base, layers: readonly LayerRef[], facts: SystemFacts): System {
  if (base.type === "rootfs") return rootfsSystem(base.path, layers, facts);
  return facts.privilege === "root" ? hostSystem(layers, facts) : readOnlyHost(facts);
}

/** The host's own directories as the base, one overlay each, since an overlay over `/` itself would hold its own layers. */
function hostSystem(layers: readonly LayerRef[], { layout, skeleton }: SystemFacts): System {
  assertOutside([skeleton, ...layers.map(({ path }) => path)], layout);
  const trees = treesOf(layers);
  const bases = [join(skeleton, PARTS.mask), join(skeleton, PARTS.curtain)];
  const overlays = layout.directories.map((at) => ({
    at,
    lower: [...[...trees, ...bases].map((directory) => ({ directory, below: at })).filter(isThere), { directory: "/", below: at }],
    exclude: [],
  }));
  return { overlays: [rootOverlay(trees, { layout, skeleton }), ...overlays], mounts: () => [], files: [], captured: true };
}

/** The same for an ordinary user, whose namespace may not lay a writable directory over it. HOME is writable and ends with the step. */
function readOnlyHost({ layout, skeleton }: SystemFacts): System {
  const mounts = (root: string): readonly Mount[] => {
    const shown = (source: string, at: string): Mount =>
      bind(source, join(root, at), { readOnly: true, recursive: true, flags: lockedFlags(source) });
    return [
      ...layout.directories.map((at) => shown(`/${at}`, at)),
      ...[...layout.secrets, ...layout.names].map(({ path }) => shown(join(skeleton, PARTS.mask, path), path)),
      ...layout.blank.map((at) => tmpfs(join(root, at), "nosuid,nodev,mode=1777")),
      // Read-only, /etc/resolv.conf stays the symlink that it is, so what it leads to must be there.
      ...(layout.resolver === undefined ? [] : [shown(layout.resolver, layout.resolver)]),
    ];
  };
  const files = layout.resolver === undefined ? [] : [layout.resolver];
  return { overlays: [rootOverlay([], { layout, skeleton })], mounts, files, captured: false };
}

/** A directory that holds a whole system; names resolve as on the host. */
function rootfsSystem(rootfs: string, layers: readonly LayerRef[], { skeleton }: SystemFacts): System {
  const lower = [join(skeleton, PARTS.points), ...treesOf(layers), join(skeleton, PARTS.mask), rootfs].map(whole);
  return { overlays: [{ at: "", lower, exclude: FRESH }], mounts: () => [], files: [], captured: true };
}

function rootOverlay(trees: readonly string[], { layout, skeleton }: Omit<SystemFacts, "privilege">): SystemOverlay {
  return {
    at: "",
    lower: [join(skeleton, PARTS.points), ...trees, join(skeleton, PARTS.floor)].map(whole),
    exclude: [...FRESH, ...layout.directories, ...Object.keys(layout.links)],
  };
}

/** Topmost first. */
export function treesOf(layers: readonly LayerRef[]): readonly string[] {
  return layers.map((layer) => join(layer.path, "tree")).reverse();
}

/** The kernel takes no stack in which one directory lies in another. */
function assertOutside(paths: readonly string[], layout: HostLayout): void {
  const inside = paths.find((path) => layout.directories.some((name) => isWithin(path, `/${name}`)));
  if (inside === undefined) return;
  throw new FrescoError(
    "sandbox.state-in-base",
    `Fresco's state is at ${inside}, in a directory that is part of the base, and cannot lie over it.`,
    {
      hint: `Let FRESCO_HOME name a directory outside ${layout.directories.map((name) => `/${name}`).join(", ")}.`,
    },
  );
}

function whole(directory: string): Lower {
  return { directory, below: "" };
}

function isThere(lower: Lower): boolean {
  return lstatSync(join(lower.directory, lower.below), { throwIfNoEntry: false })?.isDirectory() === true;
}
