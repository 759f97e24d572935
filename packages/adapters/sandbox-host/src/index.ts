export { HostSandbox } from "./host-sandbox.ts";
export type { HostSandboxOptions } from "./host-sandbox.ts";
