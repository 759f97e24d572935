import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { FrescoError } from "@fresco/ports";

/** Runs a program of the system, with a stream as its input where there is one. @throws FrescoError `image.unpack` with what it said. */
export async function run(program: string, args: readonly string[], input?: Readable): Promise<void> {
  const child = spawn(program, [...args], { stdio: ["pipe", "ignore", "pipe"], env: { PATH: "/usr/bin:/bin", LC_ALL: "C" } });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(0, 4_000)));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  // A program that ends early tells why by its exit code.
  const fed = input === undefined ? Promise.resolve(child.stdin.end()) : pipeline(input, child.stdin).catch(() => undefined);
  const [code] = await Promise.all([ended, fed]);
  if (code === 0) return;
  throw new FrescoError("image.unpack", `the image cannot be unpacked: ${program}: ${said.trim().split("\n")[0] ?? `exit code ${code}`}`, {
    kind: "input",
    hint: "name an archive of `docker save`, an OCI archive, or a tar of a root file system",
  });
}

const privileged = process.geteuid?.() === 0;

/**
 * Unpacks one tar. GNU tar makes symlinks that lead elsewhere only at the end, so nothing of one archive is written through them; the directory must be
 * fresh, since those of an earlier one would be followed.
 */
export function untar(source: string | Readable, directory: string): Promise<void> {
  const owner = privileged ? ["--numeric-owner", "--same-owner"] : ["--no-same-owner"];
  const args = [
    "-x",
    "-p",
    ...owner,
    "--anchored",
    "--exclude=dev/*",
    "--exclude=./dev/*",
    "-C",
    directory,
    "-f",
    typeof source === "string" ? source : "-",
  ];
  return run("tar", args, typeof source === "string" ? undefined : source);
}
