import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { promisify } from "node:util";
import { FrescoError } from "@fresco/ports";
import { userNamespace } from "./privileges.ts";
import type { Privilege } from "./privileges.ts";
import { tools } from "./tools.ts";

/**
 * Removes directory trees that steps wrote into.
 * @throws FrescoError `sandbox.undiscardable` naming what is left.
 */
export async function discardTrees(directories: readonly string[], of: Privilege): Promise<void> {
  const outcomes = await Promise.allSettled(directories.map((directory) => rm(directory, { recursive: true, force: true, maxRetries: 2 })));
  const left = directories.filter((_, index) => outcomes[index]?.status === "rejected");
  if (left.length === 0) return;
  const { unshare, rm: remove } = tools();
  try {
    // An overlay's work directory, like any that a step closed, is shut even to its owner, but not to root of a namespace that maps the owner.
    await promisify(execFile)(unshare, [...userNamespace(of), "--", remove, "-rf", "--", ...left], { env: { LC_ALL: "C" } });
  } catch (cause) {
    throw new FrescoError("sandbox.undiscardable", `Directories that steps wrote into cannot be removed: ${left.join(", ")}.`, {
      hint: "Something may still be mounted or immutable there; remove them as root.",
      cause,
    });
  }
}
