export { configOf, type ImageConfig, readConfig } from "./config.ts";
export { digestOf, type RootfsDigest } from "./digest.ts";
export { unpackImage, type ImageSource } from "./unpack-image.ts";
