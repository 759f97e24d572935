import { spawn } from "node:child_process";

/** What a command gave. */
export interface Outcome {
  /** Exit code; 128 + n would be a signal's, but a signal is given as 1. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end and collects its output. Throws only when it cannot be started. */
export function outcomeOf(file: string, parameters: readonly string[], options: { readonly cwd: string }): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, parameters, { cwd: options.cwd, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
}
