import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** An image with the host's own programs that generated commands call, so that they behave as in every other sandbox. */
export const PROOF_IMAGE = "fresco-test/proof:1";

const PROGRAMS = ["dash", "tar", "rm", "cat", "mkdir", "mv", "ln", "chmod", "mkfifo", "od", "ls", "env", "true", "sleep"];

/** Why the image cannot be had; `undefined`: it is there. */
export function proofImageMissing(): string | undefined {
  if (spawnSync("docker", ["info"], { stdio: "ignore" }).status !== 0) return "no Docker Engine answers";
  if (spawnSync("docker", ["image", "inspect", PROOF_IMAGE], { stdio: "ignore" }).status === 0) return undefined;
  const root = mkdtempSync(join(tmpdir(), "fresco-proof-image-"));
  try {
    for (const name of ["bin", "etc", "root", "usr", "var"]) mkdirSync(join(root, name));
    for (const program of PROGRAMS) addProgram(root, program);
    symlinkSync("dash", join(root, "bin/sh"));
    writeFileSync(join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
    execFileSync("sh", ["-c", 'tar -C "$1" --owner=0 --group=0 -c . | docker import - "$2"', "sh", root, PROOF_IMAGE], { stdio: "ignore" });
    return undefined;
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** A program with the libraries that it loads, each at its place. */
function addProgram(root: string, program: string): void {
  const place = ["/bin", "/usr/bin"].map((directory) => join(directory, program)).find((path) => existsSync(path));
  if (place === undefined) throw new Error(`${program} is not on this machine`);
  copyFileSync(place, join(root, "bin", program));
  const libraries = execFileSync("ldd", [place], { encoding: "utf8" }).matchAll(/(\/[^\s]+\.so[^\s]*)/g);
  for (const [, library = ""] of libraries) {
    mkdirSync(dirname(join(root, library)), { recursive: true });
    copyFileSync(library, join(root, library));
  }
}
