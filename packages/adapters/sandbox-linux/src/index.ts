export { LinuxSandbox } from "./linux-sandbox.ts";
export type { LinuxSandboxOptions } from "./linux-sandbox.ts";
export { toolchainsOf } from "./toolchains.ts";
export type { Toolchain } from "./toolchains.ts";
