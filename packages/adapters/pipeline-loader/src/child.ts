// The process in which a project's pipeline files run. Started by `loadPipelines` as
//
//     node [flags] child.js <directory> [<DSL module as file URL>]
//
// as the leader of a process group, with messages to its parent on descriptor 3 (messages.ts) and nothing in its environment. It imports nothing but Node and, once
// its module hooks are in place, the DSL: start-up time is paid by every run whose pipelines changed.
//
// A bundle that contains `loadPipelines` carries this file as an entry of its own and passes both paths:
// `childEntry` (for example dist/loader-child.js) and `dslModule` (for example dist/index.js, which must export all of the DSL and `toIR`).
import { existsSync, readdirSync, writeSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describeFailure, encodePath, locateStack, locateText } from "./failure.ts";
import type { ChildMessage } from "./messages.ts";
import { installModuleHooks } from "./module-hooks.ts";

type Dsl = typeof import("@fresco/pipeline");

const PIPELINE_FILE = /^[^.].*(?<!\.d)\.(?:ts|mts|js|mjs)$/;

const [directory = "", dslModule = import.meta.resolve("@fresco/pipeline")] = process.argv.slice(2);
const root = pathToFileURL(`${directory}/`);
let loading = "";
let done = false;

Error.stackTraceLimit = 50;
// Whoever ends this process before everything is loaded, the parent hears of it.
process.on("exit", (code) => {
  if (!done) send(leftEarly(code));
  // This process leads a group of its own, so that nothing that a file started stays.
  process.kill(-process.pid, "SIGKILL");
});
process.on("uncaughtException", (error) => {
  for (const problem of describeFailure(error, loading, root)) send({ type: "problem", ...problem });
  finish();
});

installModuleHooks({ dslModule, directory });
const dsl = await importDsl();
for (const file of pipelineFiles()) {
  loading = file;
  send({ type: "loading", file });
  try {
    await load(file);
  } catch (error) {
    for (const problem of describeFailure(error, file, root)) send({ type: "problem", ...problem });
  }
}
finish();

async function importDsl(): Promise<Dsl> {
  const module: unknown = await import(dslModule);
  if (!isDsl(module)) throw new TypeError(`${dslModule} is not the DSL`);
  return module;
}

function isDsl(module: unknown): module is Dsl {
  return (
    typeof module === "object" && module !== null && ["pipeline", "Pipeline", "Step", "toIR", "originOf"].every((name) => name in module)
  );
}

async function load(file: string): Promise<void> {
  const module: unknown = await import(new URL(encodePath(file), root).href);
  if (typeof module !== "object" || module === null || !("default" in module)) return;
  for (const value of exported(module.default)) {
    if (!(value instanceof dsl.Pipeline)) {
      send({ type: "problem", code: "pipeline.bad-export", file, ...badExport(value), ...locateText(root, file, /export default/) });
      continue;
    }
    const at = locateStack(dsl.originOf(value), root);
    send({ type: "pipeline", file, ...at, ir: dsl.toIR(value) });
  }
}

function exported(value: unknown): readonly unknown[] {
  if (value instanceof dsl.Pipeline || typeof value !== "object" || value === null) return [value];
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype ? Object.values(value) : [value];
}

function badExport(value: unknown): { readonly message: string; readonly hint: string } {
  const what = value instanceof dsl.Step ? "a step" : value === null || value === undefined ? String(value) : `a ${typeof value}`;
  return {
    message: `The file exports ${what} where a pipeline belongs.`,
    hint: 'Write export default pipeline("name", [...]), or a list of several.',
  };
}

function pipelineFiles(): readonly string[] {
  const folder = join(directory, ".fresco");
  const entries = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
  const files = entries.filter((entry) => !entry.isDirectory() && PIPELINE_FILE.test(entry.name));
  // By code unit, never by locale.
  return files.map((entry) => `.fresco/${entry.name}`).sort();
}

function leftEarly(code: number): ChildMessage {
  // Node's own code for a top-level await that nothing will ever settle.
  const waits = code === 13;
  return {
    type: "problem",
    code: waits ? "pipeline.unsettled" : "pipeline.exited",
    message: waits
      ? "The file waits for something that never happens."
      : `The file ended the process (exit code ${code}) while it was loaded.`,
    hint: waits ? "Look at its top-level await." : "Remove its process.exit().",
    file: loading,
  };
}

function finish(): void {
  done = true;
  send({ type: "done" });
  // Timers and sockets that a file left open keep nobody waiting.
  process.exit(0);
}

function send(message: ChildMessage): void {
  writeSync(3, `${JSON.stringify(message)}\n`);
}
