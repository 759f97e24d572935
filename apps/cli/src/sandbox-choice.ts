/** `auto`: Linux namespaces on Linux, the host elsewhere; never one because the other was refused. */
export type SandboxChoice = "auto" | "linux" | "host";

export const SANDBOX_CHOICES: readonly SandboxChoice[] = ["auto", "linux", "host"];
