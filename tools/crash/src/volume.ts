import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type FileSystem = "ext4" | "xfs";

/** So that nothing is written back but what is synced: the journal on its own only once an hour. */
const OPTIONS: Readonly<Record<FileSystem, string>> = { ext4: "loop,commit=3600", xfs: "loop,nouuid" };

/** SQLite allocates its shared memory by pages of 4 KiB; where blocks are smaller than that a full disk ends the process with SIGBUS. */
const FORMAT: Readonly<Record<FileSystem, readonly string[]>> = { ext4: ["-b", "4096"], xfs: [] };

/** A file system in a file, whose power can be cut. */
export class Volume implements Disposable {
  readonly path: string;
  readonly #directory: string;
  readonly #type: FileSystem;
  #restored = 0;

  private constructor(type: FileSystem, megabytes: number) {
    this.#type = type;
    this.#directory = mkdtempSync(join(tmpdir(), "fresco-volume-"));
    this.path = join(this.#directory, "mnt");
    mkdirSync(this.path);
    const image = this.#image;
    writeFileSync(image, "");
    truncateSync(image, megabytes * 1024 * 1024);
    must(`mkfs.${type}`, [...FORMAT[type], "-q", image]);
    this.#mount();
  }

  /** Why there can be none here; `undefined`: there can. */
  static refused(): string | undefined {
    if (process.getuid?.() !== 0) return "mounting an image needs root";
    const missing = ["mkfs.ext4", "losetup", "xfs_io"].filter((program) => spawnSync("sh", ["-c", `command -v ${program}`]).status !== 0);
    if (missing.length > 0) return `${missing.join(", ")} is not installed`;
    return spawnSync("losetup", ["-f"]).status === 0 ? undefined : "there is no free loop device";
  }

  /** @throws Error where {@link Volume.refused} says so. */
  static make(type: FileSystem, megabytes: number): Volume {
    return new Volume(type, megabytes);
  }

  /** From now on nothing reaches the disk, and whatever was not synced is lost (`FS_IOC_SHUTDOWN` without a flush of the journal). */
  cut(): void {
    must("xfs_io", ["-x", "-c", "shutdown", this.path]);
  }

  /** Power comes back: what was in memory is forgotten, the journal is played. */
  restore(): void {
    const before = this.#image;
    this.#restored += 1;
    // A copy, since any mount namespace of this machine may hold a copy of the mount, and with it the file system as it was.
    must("cp", ["--sparse=always", before, this.#image]);
    this.#unmount();
    rmSync(before);
    this.#mount();
  }

  [Symbol.dispose](): void {
    this.#unmount();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  get #image(): string {
    return join(this.#directory, `image-${this.#restored}`);
  }

  #mount(): void {
    must("mount", ["-t", this.#type, "-o", OPTIONS[this.#type], this.#image, this.path]);
  }

  #unmount(): void {
    must("umount", ["-l", this.path]);
  }
}

function must(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? stderr}`);
}
