import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath, pathToFileURL } from "node:url";
import { FrescoError } from "@fresco/ports";
import type { LoadOptions } from "./load-pipelines.ts";
import type { FileProblem, Location } from "./messages.ts";

export interface ChildResult {
  readonly pipelines: readonly (Location & { readonly ir: unknown })[];
  readonly problems: readonly FileProblem[];
}

const DEFAULT_TIME_LIMIT = 30_000;

/** Runs the child to its end and collects what it told. A child that was stopped for its time is a problem of the file that it was loading. */
export async function runChild(options: LoadOptions): Promise<ChildResult> {
  const { signal, timeLimit = DEFAULT_TIME_LIMIT } = options;
  signal?.throwIfAborted();
  const [program = "", ...args] = diesWithParent([options.nodePath ?? process.execPath, ...childArguments(options)]);
  const child = spawn(program, args, {
    cwd: options.directory,
    env: {},
    // A group of its own, so that what a file started is ended with it.
    detached: true,
    stdio: ["ignore", options.output === undefined ? 2 : "pipe", options.output === undefined ? 2 : "pipe", "pipe"],
  });
  const ended = new Promise<{ readonly code: number | null; readonly signal: string | null }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signalName) => resolve({ code, signal: signalName }));
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Uint8Array) => options.output?.(chunk));

  let closed = false;
  child.once("close", () => {
    closed = true;
  });
  let timedOut = false;
  const kill = () => {
    if (closed) return;
    killGroup(child.pid);
    // What left the group may still hold the other ends.
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, timeLimit);
  signal?.addEventListener("abort", kill, { once: true });
  try {
    const [told, end] = await Promise.all([readMessages(child.stdio[3]), ended]);
    signal?.throwIfAborted();
    if (timedOut) return { ...told, problems: [...told.problems, tooSlow(told.loading, timeLimit)] };
    if (!told.complete && told.problems.length === 0) throw new Error(`It ended with ${end.signal ?? `exit code ${end.code}`}.`);
    return told;
  } catch (cause) {
    kill();
    if (signal?.aborted === true) throw signal.reason;
    // Its last message may have been cut off.
    if (timedOut) return { pipelines: [], problems: [tooSlow(undefined, timeLimit)] };
    throw new FrescoError("loader.failed", "The process that loads pipelines failed.", {
      cause,
      hint: 'Run "fresco doctor"; its own words are above.',
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", kill);
  }
}

const SETPRIV = "/usr/bin/setpriv";

/** A file that loops would outlive a killed parent, since nothing in its process gets to run. Elsewhere than on Linux it does. */
function diesWithParent(command: readonly string[]): readonly string[] {
  return process.platform === "linux" && existsSync(SETPRIV) ? [SETPRIV, "--pdeathsig", "KILL", "--", ...command] : command;
}

function childArguments({ directory, childEntry, dslModule }: LoadOptions): readonly string[] {
  const own = fileURLToPath(import.meta.url);
  const entry = childEntry ?? fileURLToPath(new URL(own.endsWith(".ts") ? "./child.ts" : "./child.js", import.meta.url));
  return [
    "--disable-warning=ExperimentalWarning",
    // Unbuilt sources import each other as sources.
    ...(entry.endsWith(".ts") ? ["--conditions=fresco-source"] : []),
    entry,
    directory,
    ...(dslModule === undefined ? [] : [pathToFileURL(dslModule).href]),
  ];
}

type Told = ChildResult & { readonly complete: boolean; readonly loading: string | undefined };

async function readMessages(stream: unknown): Promise<Told> {
  const { messageSchema } = await import("./message-schema.ts");
  const pipelines: (Location & { readonly ir: unknown })[] = [];
  const problems: FileProblem[] = [];
  let complete = false;
  let loading: string | undefined;
  if (!isReadable(stream)) throw new TypeError("descriptor 3 of the child is no pipe");
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    const message = messageSchema.parse(JSON.parse(line));
    if (message.type === "loading") loading = message.file;
    else if (message.type === "pipeline") pipelines.push(without(message));
    else if (message.type === "problem") problems.push(without(message));
    else complete = true;
  }
  return { pipelines, problems, complete, loading };
}

function without<T extends { readonly type: string }>({ type: _, ...rest }: T): Omit<T, "type"> {
  return rest;
}

function isReadable(stream: unknown): stream is Readable {
  return typeof stream === "object" && stream !== null && "pipe" in stream;
}

function tooSlow(file: string | undefined, timeLimit: number): FileProblem {
  return {
    code: "pipeline.too-slow",
    message: `Loading took longer than ${timeLimit / 1000} s and was stopped.`,
    hint: "Look for a loop or for work that belongs in a step.",
    ...(file === undefined ? {} : { file }),
  };
}

/** Nobody else can have this number meanwhile: it is taken for as long as anybody is in the group, and the streams close when nobody is. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // Nobody is left in the group.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
