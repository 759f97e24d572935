import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { root } from "../setup/packages.ts";

const eventSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("job.started"), job: z.string() }),
  z.object({ type: z.literal("job.log"), job: z.string(), line: z.string().optional() }),
  z.object({ type: z.literal("job.finished"), job: z.string(), status: z.string(), durationMs: z.number() }),
  z.object({ type: z.literal("notice"), text: z.string() }),
  z.object({ type: z.literal("run.finished"), status: z.string(), durationMs: z.number() }),
]);

/** An event of `fresco run --format json` that the demo looks at. */
export type DemoEvent = z.infer<typeof eventSchema>;

/** What came of a run. */
export interface Outcome {
  readonly exitCode: number;
  readonly durationMs: number;
  /** Step → status. */
  readonly statuses: ReadonlyMap<string, string>;
  /** Step → what it printed, also where that came from the cache. */
  readonly output: ReadonlyMap<string, readonly string[]>;
  readonly notices: readonly string[];
}

export interface RunOptions {
  readonly directory: string;
  readonly frescoHome: string;
  readonly parameters?: readonly string[];
  /** Called with every event as it comes. */
  readonly on?: (event: DemoEvent) => void;
}

/** Runs the pipeline of a directory with the real command. Its words on stderr are passed on when it fails. */
export async function frescoRun({ directory, frescoHome, parameters = [], on }: RunOptions): Promise<Outcome> {
  const command = path.join(root, "apps/cli/bin/fresco.js");
  const child = spawn(command, ["run", "--format", "json", ...parameters], {
    cwd: directory,
    env: { ...process.env, FRESCO_HOME: frescoHome },
    stdio: ["ignore", "pipe", "pipe"],
  });
  // Ctrl-C reaches the command through the terminal; what it leaves is removed here afterwards.
  const stop = (signal: NodeJS.Signals): void => void (signal === "SIGTERM" && child.kill(signal));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
  try {
    const words: Buffer[] = [];
    child.stderr.on("data", (chunk: Buffer) => words.push(chunk));
    const closed = once(child, "close");
    const seen = await collect(createInterface({ input: child.stdout }), on);
    await closed;
    const exitCode = child.exitCode ?? 1;
    if (exitCode !== 0) process.stderr.write(Buffer.concat(words));
    return { ...seen, exitCode };
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, stop);
  }
}

async function collect(lines: AsyncIterable<string>, on: RunOptions["on"]): Promise<Omit<Outcome, "exitCode">> {
  const statuses = new Map<string, string>();
  const output = new Map<string, string[]>();
  const notices: string[] = [];
  let durationMs = 0;
  for await (const line of lines) {
    const event = eventSchema.safeParse(JSON.parse(line)).data;
    if (event === undefined) continue;
    on?.(event);
    if (event.type === "job.finished") statuses.set(event.job, event.status);
    if (event.type === "job.log") output.set(event.job, [...(output.get(event.job) ?? []), event.line ?? ""]);
    if (event.type === "notice") notices.push(event.text);
    if (event.type === "run.finished") durationMs = event.durationMs;
  }
  return { statuses, output, notices, durationMs };
}
