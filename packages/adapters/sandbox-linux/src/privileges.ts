import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { FrescoError } from "@fresco/ports";
import { REFUSED_HINT } from "./unstarted.ts";
import { tools } from "./tools.ts";

/** `root`: plain namespaces, the system can be changed. `user`: everything happens in a user namespace. */
export type Privilege = "root" | "user";

/** CAP_SETPCAP, CAP_SYS_CHROOT, CAP_SYS_ADMIN, CAP_MKNOD. */
const NEEDED = (1n << 8n) | (1n << 18n) | (1n << 21n) | (1n << 27n);

/** What this process may do. Being user 0 is not it: in a container root often has few capabilities. */
export function privilege(): Privilege {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1] ?? "0";
  return process.geteuid?.() === 0 && (BigInt(`0x${effective}`) & NEEDED) === NEEDED ? "root" : "user";
}

/** Arguments that make unshare(1) take a namespace in which an ordinary user may mount. */
export function userNamespace(of: Privilege): readonly string[] {
  return of === "root" ? [] : ["--user", "--map-root-user"];
}

/**
 * Tries the namespaces out.
 * @throws FrescoError `sandbox.refused` with the kernel's word and what to do.
 */
export async function probeNamespaces(of: Privilege): Promise<void> {
  const { unshare, sh } = tools();
  await new Promise<void>((resolve, reject) => {
    execFile(
      unshare,
      [...userNamespace(of), "--mount", "--pid", "--fork", sh, "-c", ":"],
      { env: { LC_ALL: "C" } },
      (error, _stdout, stderr) => {
        if (error === null) return resolve();
        const text = stderr.trim() === "" ? error.message : stderr.trim();
        reject(
          new FrescoError("sandbox.refused", `The kernel refuses the namespaces of a sandbox: ${text}`, {
            hint: REFUSED_HINT,
            cause: error,
          }),
        );
      },
    );
  });
}
