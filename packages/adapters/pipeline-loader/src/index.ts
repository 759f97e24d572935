export { loadPipelines, type LoadOptions, type LoadOutcome, type LoadProblem } from "./load-pipelines.ts";
export type { FileProblem, Location } from "./messages.ts";
export { editorFiles } from "./editor-files.ts";
