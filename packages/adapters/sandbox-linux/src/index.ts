export { LinuxSandbox } from "./linux-sandbox.ts";
export type { LinuxSandboxOptions } from "./linux-sandbox.ts";
export type { UnpackedImage } from "./unpacked-image.ts";
export { findCommand } from "./missing-command.ts";
export { toolchainsOf } from "./toolchains.ts";
export type { Toolchain } from "./toolchains.ts";
