import type { StepExit } from "@fresco/ports";

/** What to do where namespaces are refused. */
export const REFUSED_HINT =
  "Allow user namespaces: `sysctl kernel.apparmor_restrict_unprivileged_userns=0` (Ubuntu), `sysctl kernel.unprivileged_userns_clone=1` (Debian), `sysctl user.max_user_namespaces=15000` where it is 0; in a container give it --privileged; or choose --sandbox host, which isolates nothing.";

/** A step whose sandbox could not be set up, from what the programs said. */
export function unstarted(diagnostics: string): StepExit {
  // After the first failure of mount(8) come the consequences.
  const text = diagnostics.split("\n", 1)[0] ?? "";
  if (/^unshare: .*(Operation not permitted|Permission denied|No space left on device)/m.test(text)) {
    return {
      type: "unstarted",
      code: "sandbox.refused",
      text: `The kernel refuses the namespaces of a sandbox: ${text}`,
      hint: REFUSED_HINT,
    };
  }
  if (/chroot: .*'\/bin\/sh'/.test(text)) {
    return { type: "unstarted", code: "sandbox.shell-missing", text: "The step's base has no working /bin/sh, which starts every step." };
  }
  return {
    type: "unstarted",
    code: "sandbox.setup",
    text: `The sandbox could not be set up: ${text === "" ? "no reason was given" : text}`,
  };
}

/** A step whose output did not arrive where it should be kept. */
export function lostOutput(reason: unknown): StepExit {
  return { type: "lost", text: `Its output could not be kept: ${String(reason)}` };
}
