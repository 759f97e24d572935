import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { FrescoError } from "@fresco/ports";
import type { Mount } from "./fstab.ts";

/** A directory of the stack that a mount lies on: `below`, seen from a directory that many mounts share (a layer's tree). */
export interface Lower {
  readonly directory: string;
  readonly below: string;
}

/** The kernel cuts options silently at a page, which would leave a stack without its base. */
const LONGEST_OPTIONS = 4_000;

/**
 * Makes overlay mounts whose options stay short whatever the directories are called: each directory gets a symlink with a short name in
 * `cwd`, where mount(8) runs. That also keeps `:`, `,` and `\` in paths away from the kernel's parser.
 */
export class Overlays {
  readonly #cwd: string;
  readonly #userxattr: boolean;
  readonly #names = new Map<string, string>();

  constructor(cwd: string, userxattr: boolean) {
    this.#cwd = cwd;
    this.#userxattr = userxattr;
  }

  /**
   * @param lower topmost first, not empty.
   * @throws FrescoError `sandbox.stack-too-deep` when the kernel could not read so many layers.
   */
  mount(target: string, lower: readonly Lower[], upper: string, work: string): Mount {
    const options = [
      `lowerdir=${lower.map((part) => join(this.#name(part.directory), part.below)).join(":")}`,
      `upperdir=${this.#name(upper)}`,
      `workdir=${this.#name(work)}`,
      "metacopy=off,index=off,xino=off",
      // With attributes of users the kernel takes no "off", but what it means in full: neither made nor followed.
      ...(this.#userxattr ? ["userxattr", "redirect_dir=nofollow"] : ["redirect_dir=off"]),
      // What is kept of an upper directory is synced when it is stored; a sync at each unmount would be paid for nothing.
      "volatile",
    ].join(",");
    if (options.length > LONGEST_OPTIONS) {
      throw new FrescoError("sandbox.stack-too-deep", `${lower.length} layers lie beneath ${target}, more than one mount can name.`, {
        hint: "Shorten the chain of steps.",
      });
    }
    return { source: "overlay", target, type: "overlay", options };
  }

  #name(directory: string): string {
    const known = this.#names.get(directory);
    if (known !== undefined) return known;
    // Numbers alone: whatever else lies here has letters in its name.
    const name = String(this.#names.size);
    symlinkSync(directory, join(this.#cwd, name));
    this.#names.set(directory, name);
    return name;
  }
}
