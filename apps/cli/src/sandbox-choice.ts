/**
 * `auto`: Docker for steps that name an image; for all others Linux namespaces on Linux, the host elsewhere. Never one because the other was
 * refused.
 */
export type SandboxChoice = "auto" | "linux" | "docker" | "host";

export const SANDBOX_CHOICES: readonly SandboxChoice[] = ["auto", "linux", "docker", "host"];

/** When an image is fetched from its registry. */
export type PullChoice = "always" | "missing" | "never";

export const PULL_CHOICES: readonly PullChoice[] = ["always", "missing", "never"];
