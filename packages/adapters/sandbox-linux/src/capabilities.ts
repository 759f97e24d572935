import type { SandboxCapabilities } from "@fresco/ports";
import type { Privilege } from "./privileges.ts";
import { WORKSPACE } from "./script.ts";

/** What the sandbox can do over the host. */
export function capabilitiesOf(of: Privilege): SandboxCapabilities {
  const layered = of === "root";
  return {
    system: layered ? "layered" : "read-only",
    workspace: ["overlay", "directory"],
    workspacePath: WORKSPACE,
    network: ["default", "none"],
    resources: false,
    user: layered,
    notices: layered ? [] : ["Without root the host's system is read-only in steps, and HOME starts empty in each of them."],
    keyed: [layered ? "system:layered" : "system:read-only"],
  };
}

/** What it can do over a root file system, which is the user's to change. */
export function capabilitiesOverRootfs(of: Privilege): SandboxCapabilities {
  const isRoot = of === "root";
  return {
    ...capabilitiesOf("root"),
    user: isRoot,
    notices: isRoot ? [] : ["Without root a step's system has one user: it can give no file to another."],
    keyed: isRoot ? ["system:layered"] : ["system:layered", "users:one"],
  };
}
