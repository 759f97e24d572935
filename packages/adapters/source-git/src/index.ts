export { GitSource, type GitSourceOptions } from "./git-source.ts";
