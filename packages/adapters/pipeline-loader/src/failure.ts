import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import type { Problem } from "@fresco/pipeline";
import type { FileProblem, Location } from "./messages.ts";
import { lastLoaded, MissingModule } from "./module-hooks.ts";

/** What kept `file` from being loaded, in sentences, with the place in it or in a helper of its. `root`: the project's root as URL. */
export function describeFailure(error: unknown, file: string, root: URL): readonly FileProblem[] {
  if (error instanceof MissingModule) return [missingModule(error, root)];
  const problems = pipelineProblems(error);
  if (problems === undefined) return [{ file, ...(error instanceof SyntaxError ? syntaxProblem(error, root) : thrown(error, root)) }];
  const at = stackOf(error);
  return problems.map(({ stack, path, message, ...problem }) => {
    // Where nothing says whether it is the pipeline or a step, the path in the IR does.
    return { ...problem, message: path === "" ? message : `${path}: ${message}`, file, ...locateStack(stack ?? at, root) };
  });
}

/** The first place in the project that a stack trace names. */
export function locateStack(stack: string | undefined, root: URL): Location {
  for (const match of (stack ?? "").matchAll(/(file:\/\/[^\s()]*):(\d+):(\d+)/g)) {
    const file = relative(match[1] ?? "", root);
    if (file !== undefined) return { file, line: Number(match[2]), column: Number(match[3]) };
  }
  return {};
}

/** The first place in a file that matches. */
export function locateText(root: URL, file: string, pattern: RegExp): Location {
  const lines = readFileSync(new URL(encodePath(file), root), "utf8").split("\n");
  const index = lines.findIndex((line) => pattern.test(line));
  return index < 0 ? { file } : { file, line: index + 1, column: (lines[index] ?? "").search(pattern) + 1 };
}

/** A path as part of a URL. */
export function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** The DSL's own error, known by its shape: the module that made it is the pipeline's, not ours. */
function pipelineProblems(error: unknown): readonly Problem[] | undefined {
  if (!(error instanceof Error) || error.name !== "PipelineError" || !("problems" in error) || !Array.isArray(error.problems))
    return undefined;
  const problems: readonly unknown[] = error.problems;
  return problems.filter(isProblem);
}

function isProblem(value: unknown): value is Problem {
  return (
    typeof value === "object" &&
    value !== null &&
    ["code", "path", "message", "hint"].every((field) => typeof Reflect.get(value, field) === "string")
  );
}

function missingModule({ specifier, importer }: MissingModule, root: URL): FileProblem {
  const file = relative(importer, root) ?? "";
  const quoted = new RegExp(`["'\`]${specifier.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}["'\`]`);
  const hint = "A pipeline file can import files in .fresco, Node's own modules and fresco; nothing else is there when it is loaded.";
  return { code: "pipeline.missing-module", message: `Cannot find ${JSON.stringify(specifier)}.`, hint, ...locateText(root, file, quoted) };
}

function thrown(error: unknown, root: URL): FileProblem {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const message = `The file threw while it was loaded: ${what.replace(/\.$/, "")}.`;
  return { code: "pipeline.threw", message, hint: "Correct what it does there.", ...locateStack(stackOf(error), root) };
}

function syntaxProblem(error: SyntaxError, root: URL): FileProblem {
  const at = locateHeader(error.stack ?? "", root);
  const missing = /^The requested module '(.*)' does not provide an export named '(.*)'$/.exec(error.message);
  if (missing !== null) {
    const message = `${JSON.stringify(missing[1])} has no export named ${JSON.stringify(missing[2])}.`;
    return { code: "pipeline.missing-export", message, hint: `If ${missing[2]} is a type, write "import type".`, ...at };
  }
  const unsupported = /^TypeScript (.*) is not supported in strip-only mode$/.exec(error.message);
  if (unsupported !== null) {
    const message = `The file uses a TypeScript ${unsupported[1]}, which is not erased with the types.`;
    const hint =
      unsupported[1] === "enum" ? 'Write an object, such as const Colour = { red: "red" } as const.' : "Write it in plain JavaScript.";
    return { code: "pipeline.unsupported-syntax", message, hint, ...at };
  }
  const message = `The file cannot be parsed: ${error.message.replace(/\.$/, "")}.`;
  return { code: "pipeline.syntax", message, hint: "Correct it there.", ...(at.line === undefined ? parseAgain(root) : at) };
}

/** Node puts `file:line`, the source and a caret before the trace of a syntax error. */
function locateHeader(stack: string, root: URL): Location {
  const header = /^(file:\/\/.*):(\d+)\n/.exec(stack);
  const file = relative(header?.[1] ?? "", root);
  if (header === null || file === undefined) return {};
  const caret = stack.split("\n").find((line) => /^\s*\^+/.test(line));
  return { file, line: Number(header[2]), ...(caret === undefined ? {} : { column: caret.indexOf("^") + 1 }) };
}

/** V8's own syntax errors carry no place; Node's `--check` prints one. */
function parseAgain(root: URL): Location {
  const file = relative(lastLoaded, root);
  if (file === undefined) return {};
  const source = readFileSync(new URL(lastLoaded), "utf8");
  const { stderr } = spawnSync(process.execPath, ["--check", "--input-type=module"], {
    input: /\.m?ts$/.test(lastLoaded) ? stripTypeScriptTypes(source) : source,
    encoding: "utf8",
    env: {},
  });
  const { line, column } = locateHeader(stderr.replace(/^[^\n]*?(:\d+\n)/, `${lastLoaded}$1`), root);
  return { file, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) };
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}

function relative(url: string, root: URL): string | undefined {
  return url.startsWith(root.href) ? decodeURIComponent(url.slice(root.href.length)) : undefined;
}
