import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { FrescoError } from "@fresco/ports";

/** Absolute paths of the host's programs that set a sandbox up or look at its base. */
export interface Tools {
  readonly sh: string;
  readonly setpriv: string;
  readonly unshare: string;
  readonly nsenter: string;
  readonly mount: string;
  readonly chroot: string;
  readonly find: string;
  readonly rm: string;
  readonly mknod: string;
  /** Brings up the loopback of a network of its own, which stays down without it. */
  readonly ip: string | undefined;
}

const DIRECTORIES = ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/run/current-system/sw/bin"];

let found: Tools | undefined;

/**
 * Finds the programs, once. The user's PATH plays no part: a program of the same name in a project's folder must not become the jailer.
 * @throws FrescoError `sandbox.tools-missing` naming all that are missing.
 */
export function tools(): Tools {
  found ??= find();
  return found;
}

function find(): Tools {
  const missing: string[] = [];
  const locate = (name: string): string => {
    const path = DIRECTORIES.map((directory) => join(directory, name)).find(executable);
    if (path === undefined) missing.push(name);
    return path ?? name;
  };
  const tools = {
    sh: locate("sh"),
    setpriv: locate("setpriv"),
    unshare: locate("unshare"),
    nsenter: locate("nsenter"),
    mount: locate("mount"),
    chroot: locate("chroot"),
    find: locate("find"),
    rm: locate("rm"),
    mknod: locate("mknod"),
    ip: DIRECTORIES.map((directory) => join(directory, "ip")).find(executable),
  };
  if (missing.length === 0) return tools;
  throw new FrescoError(
    "sandbox.tools-missing",
    `The Linux sandbox needs ${missing.join(", ")}, which this machine does not have in ${DIRECTORIES.join(", ")}.`,
    {
      hint: "Install util-linux, coreutils and findutils (BusyBox's versions lack options), or choose --sandbox host.",
    },
  );
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
