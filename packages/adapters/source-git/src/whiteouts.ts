import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";

const S_IFCHR = 0o020000;

type Mknod = (path: Buffer) => boolean;

let loaded: Mknod | undefined;

/**
 * Makes overlay whiteouts: character devices 0:0, which Linux since 5.8 lets an ordinary user make. Paths are absolute.
 * @returns `false` when the system refuses, or has none.
 */
export function makeWhiteouts(paths: readonly Buffer[]): boolean {
  if (paths.length === 0) return true;
  if (process.platform !== "linux") return false;
  loaded ??= load();
  const mknod = loaded;
  return paths.every((path) => mknod(path));
}

/** Node cannot make a device. The program of that name can, a process for each; the C library's call costs microseconds. */
function load(): Mknod {
  try {
    const koffi: unknown = createRequire(import.meta.url)("koffi");
    if (!isKoffi(koffi)) return makeByProgram;
    const call: (path: Buffer, mode: number, device: bigint) => number = koffi
      .load(null)
      .func("int mknod(const uint8_t *path, uint32_t mode, uint64_t device)");
    return (path) => call(Buffer.concat([path, Buffer.of(0)]), S_IFCHR, 0n) === 0;
  } catch {
    // No binary for this platform, or a C library (glibc before 2.33) without the symbol.
    return makeByProgram;
  }
}

function isKoffi(library: unknown): library is typeof import("koffi") {
  return typeof library === "object" && library !== null && "load" in library && typeof library.load === "function";
}

function makeByProgram(path: Buffer): boolean {
  const text = path.toString("utf8");
  if (!Buffer.from(text).equals(path)) return false;
  try {
    execFileSync("mknod", ["--", text, "c", "0", "0"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
