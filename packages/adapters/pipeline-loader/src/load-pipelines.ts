import { join } from "node:path";
import { readFile, realpath } from "node:fs/promises";
import type { IR } from "@fresco/pipeline";
import { excerpt } from "./excerpt.ts";
import type { FileProblem } from "./messages.ts";
import { runChild } from "./run-child.ts";

export interface LoadOptions {
  /** Holds a copy of the project's root with nothing in it but `.fresco/**`. */
  readonly directory: string;
  /** The project's root as problems name it: the user's own path. Files are named relative to it when it is empty. */
  readonly displayDirectory: string;
  /** What the files print, on either stream. @default it goes to this process's stderr */
  readonly output?: (chunk: Uint8Array) => void;
  /** Ends the child and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds for all files together. @default 30 000 */
  readonly timeLimit?: number;
  /** The Node executable. @default the one that runs this */
  readonly nodePath?: string;
  /** The file that runs as the child (see child.ts). @default the one beside this module */
  readonly childEntry?: string;
  /** The module that `fresco` and `@fresco/pipeline` mean to pipeline files, as path. @default the installed @fresco/pipeline */
  readonly dslModule?: string;
}

export type LoadOutcome =
  /** At least one pipeline, in the order of their files' names; no name twice. */
  | { readonly type: "loaded"; readonly pipelines: readonly IR[] }
  /** Everything that is wrong. */
  | { readonly type: "failed"; readonly problems: readonly LoadProblem[] };

/** One thing that is wrong with the project's pipelines. `file` is the user's path. */
export interface LoadProblem extends FileProblem {
  /** The line in question, with a caret under the column. */
  readonly excerpt?: string;
}

/**
 * Runs a project's pipeline files in a process of their own, with an empty environment, and gives the IR of every pipeline.
 * What a pipeline's author can do wrong is a value.
 * @throws FrescoError `loader.failed` when the process cannot be started or dies without a word.
 */
export async function loadPipelines(options: LoadOptions): Promise<LoadOutcome> {
  // Node names modules by their real paths.
  const directory = await realpath(options.directory);
  const [messages, { validate }] = await Promise.all([runChild({ ...options, directory }), import("@fresco/pipeline/schema")]);
  const problems: FileProblem[] = [...messages.problems];
  const pipelines = new Map<string, { readonly ir: IR; readonly place: string }>();
  for (const { ir, ...at } of messages.pipelines) {
    const validation = validate(ir);
    if (validation.type === "invalid") {
      problems.push(...validation.problems.map(({ code, path, message, hint }) => ({ code, message: `${path}: ${message}`, hint, ...at })));
      continue;
    }
    const name = validation.ir.pipeline;
    const first = pipelines.get(name);
    if (first === undefined)
      pipelines.set(name, { ir: validation.ir, place: `${at.file ?? ""}${at.line === undefined ? "" : `:${at.line}`}` });
    else problems.push({ ...duplicate(name, first.place), ...at });
  }
  if (problems.length === 0 && pipelines.size === 0) problems.push(NO_PIPELINE);
  if (problems.length === 0) return { type: "loaded", pipelines: [...pipelines.values()].map(({ ir }) => ir) };
  return { type: "failed", problems: await Promise.all(problems.map((problem) => shown(problem, directory, options.displayDirectory))) };
}

const NO_PIPELINE: FileProblem = {
  code: "pipeline.none",
  message: "No file in .fresco exports a pipeline.",
  hint: 'Write export default pipeline("name", [...]) in .fresco/pipeline.ts, or let "fresco init" do it.',
};

function duplicate(name: string, place: string): FileProblem {
  return {
    code: "pipeline.duplicate-name",
    message: `Two pipelines have the name "${name}"; the other one is at ${place}.`,
    hint: "Rename one of them.",
  };
}

/** As the user sees it: their own path, with the line in question. */
async function shown({ file, ...problem }: FileProblem, directory: string, displayDirectory: string): Promise<LoadProblem> {
  const own = problem.message.replaceAll(`file://${directory}`, displayDirectory).replaceAll(directory, displayDirectory);
  if (file === undefined) return { ...problem, message: own };
  const source = problem.line === undefined ? undefined : await readFile(join(directory, file), "utf8").catch(() => undefined);
  const lines = source === undefined || problem.line === undefined ? undefined : excerpt(source, problem.line, problem.column);
  return { ...problem, message: own, file: join(displayDirectory, file), ...(lines === undefined ? {} : { excerpt: lines }) };
}
