import { chmodSync } from "node:fs";
import { modeOf, type Node, privileged } from "./nodes.ts";

/** Directories whose mode keeps even their owner out, opened for a while. Whoever has root's rights needs none of this. */
export class OpenedDirectories {
  readonly #opened: { readonly path: Buffer; readonly mode: number }[] = [];

  /** Lets this process read and change the directory until {@link close}. */
  open({ path, stat }: Node): void {
    const mode = modeOf(stat);
    if (privileged || (mode & 0o700) === 0o700) return;
    chmodSync(path, mode | 0o700);
    this.#opened.push({ path, mode });
  }

  /** Gives the directories that are still there their modes back, inner ones first. */
  close(): void {
    for (const { path, mode } of this.#opened.reverse()) {
      try {
        chmodSync(path, mode);
      } catch (error) {
        if (!(error instanceof Error) || !("code" in error) || error.code !== "ENOENT") throw error;
      }
    }
  }
}
