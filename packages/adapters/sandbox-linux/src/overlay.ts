import { relative } from "node:path";
import { FrescoError } from "@fresco/ports";
import type { Mount } from "./fstab.ts";
import type { ShortNames } from "./short-names.ts";

/** A directory of the stack that a mount lies on: `below`, seen from a directory that many mounts share (a layer's tree). */
export interface Lower {
  readonly directory: string;
  readonly below: string;
}

/** An overlay to mount. */
export interface Overlay {
  readonly target: string;
  /** Topmost first, not empty. */
  readonly lower: readonly Lower[];
  readonly upper: string;
  readonly work: string;
}

/** The kernel cuts options silently at a page, which would leave a stack without its base. */
const LONGEST_OPTIONS = 4_000;

/**
 * The mount of an overlay, for mount(8) run in the directory of the names.
 * @throws FrescoError `sandbox.stack-too-deep` when the kernel could not read so many layers.
 */
export function overlayMount(overlay: Overlay, names: ShortNames, userxattr: boolean): Mount {
  const options = [
    `lowerdir=${overlay.lower.map(({ directory, below }) => (below === "" ? names.of(directory) : `${names.of(directory)}/${below}`)).join(":")}`,
    `upperdir=${plain(overlay.upper, names)}`,
    `workdir=${plain(overlay.work, names)}`,
    "metacopy=off,index=off,xino=off",
    // With attributes of users the kernel takes no "off", but what it means in full: neither made nor followed.
    ...(userxattr ? ["userxattr", "redirect_dir=nofollow"] : ["redirect_dir=off"]),
    // What is kept of an upper directory is synced when it is stored; a sync at each unmount would be paid for nothing.
    "volatile",
  ].join(",");
  if (options.length > LONGEST_OPTIONS) {
    throw new FrescoError(
      "sandbox.stack-too-deep",
      `${overlay.lower.length} layers lie beneath ${overlay.target}, more than one mount can name.`,
      {
        hint: "Shorten the chain of steps.",
      },
    );
  }
  return { source: "overlay", target: overlay.target, type: "overlay", options };
}

/** Every step has directories of its own, so a name for each would be made for one use; most paths can stand for themselves. */
function plain(directory: string, names: ShortNames): string {
  const path = relative(names.directory, directory);
  return /^[\w./-]{1,200}$/.test(path) ? path : names.of(directory);
}
