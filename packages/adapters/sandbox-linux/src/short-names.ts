import { symlinkSync } from "node:fs";
import { join } from "node:path";

/**
 * Short names for directories: symlinks beside each other, made once each. They keep mount options short whatever the directories are
 * called, and `:`, `,` and `\` in paths away from the kernel's parser.
 */
export class ShortNames {
  /** Where the names are. */
  readonly directory: string;
  readonly #names = new Map<string, string>();

  constructor(directory: string) {
    this.directory = directory;
  }

  /** The name of a directory, relative to where the names are. */
  of(directory: string): string {
    const known = this.#names.get(directory);
    if (known !== undefined) return known;
    // Numbers alone: whatever else lies here has letters in its name.
    const name = String(this.#names.size);
    symlinkSync(directory, join(this.directory, name));
    this.#names.set(directory, name);
    return name;
  }
}
