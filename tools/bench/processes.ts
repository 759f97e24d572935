import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

/** The command, as `npm run setup` built it. */
export const fresco = path.resolve(import.meta.dirname, "../../apps/cli/bin/fresco.js");

/** What one process took. */
export interface Taken {
  readonly ms: number;
  /** The most memory that it had, in MB; 0 where the system does not tell. */
  readonly residentMb: number;
}

export interface Invocation {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end, its output thrown away. @throws Error with what it said when it fails. */
export function run(program: string, args: readonly string[], { cwd, env = {} }: Invocation): Promise<Taken> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(program, [...args], { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    let residentMb = 0;
    const watch = setInterval(() => (residentMb = Math.max(residentMb, residentOf(child.pid))), 20);
    child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
    child.once("error", reject);
    child.once("close", (code) => {
      clearInterval(watch);
      if (code === 0) resolve({ ms: performance.now() - start, residentMb });
      else reject(new Error(`${program} ${args.join(" ")} ended with ${code}:\n${said}`));
    });
  });
}

function residentOf(pid: number | undefined): number {
  try {
    return Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** The middle one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The median of so many runs of some work, each told its number. */
export async function medianOf(times: number, work: (round: number) => Promise<number>): Promise<number> {
  const taken: number[] = [];
  for (let round = 0; round < times; round += 1) taken.push(await work(round));
  return median(taken);
}
