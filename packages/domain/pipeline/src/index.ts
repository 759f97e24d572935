export { bytePath, bytePathFrom, displayPath, pathBytes, type BytePath } from "./byte-path.ts";
export { IR_VERSION, type Base, type EnvValue, type GlobPattern, type IR, type IRStep, type Policy } from "./ir.ts";
