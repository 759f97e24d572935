import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WorkspaceDescription } from "@fresco/ports";

const root = process.geteuid?.() === 0;

/** A private directory that is gone at the end of the block. */
export function temporaryDirectory(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "fresco-cow-"));
  return {
    path,
    [Symbol.dispose]: () => {
      // Overlays leave a directory without any permission in their work directory.
      if (!root) execFileSync("chmod", ["-R", "u+rwx", path]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Makes a directory with exactly this mode. */
export function directory(...parts: readonly string[]): string {
  const path = join(...parts);
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o755);
  return path;
}

const enter = root ? ["-m"] : ["-Urm"];
const options = `redirect_dir=nofollow,index=off,metacopy=off,xino=off${root ? "" : ",userxattr"}`;

/** Runs a shell script where the workspace is: in an overlay mount of a namespace of its own, or in the directory. Answers its output. */
export function runIn(description: WorkspaceDescription, script: string): string {
  if (description.type === "directory") return execFileSync("sh", ["-ec", script], { cwd: description.path, encoding: "latin1" });
  using mountPoint = temporaryDirectory();
  const mount = `lowerdir=${description.lower.join(":")},upperdir=${description.upper},workdir=${description.work},${options}`;
  const program = `mount -t overlay overlay -o "$0" "$1" && cd "$1" && exec sh -ec "$2"`;
  return execFileSync("unshare", [...enter, "sh", "-ec", program, mount, mountPoint.path, script], {
    encoding: "latin1",
    env: { ...process.env, LIBMOUNT_FORCE_MOUNT2: "always" },
  });
}

/** Why overlays cannot be mounted here; `undefined`: they can. */
export const noOverlay: string | undefined = (() => {
  if (process.platform !== "linux") return "overlay mounts are Linux only";
  using scratch = temporaryDirectory();
  const [lower, upper, work, at] = ["lower", "upper", "work", "at"].map((name) => directory(scratch.path, name));
  const result = spawnSync(
    "unshare",
    [...enter, "mount", "-t", "overlay", "overlay", "-o", `lowerdir=${lower},upperdir=${upper},workdir=${work},${options}`, String(at)],
    { encoding: "utf8" },
  );
  return result.status === 0 ? undefined : `no overlay can be mounted here: ${result.stderr ?? result.error}`;
})();

export function names(path: string): string[] {
  return readdirSync(path).sort();
}
