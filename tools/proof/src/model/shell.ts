import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Execution {
  readonly exitCode: number;
  /** Both streams, latin1. */
  readonly output: string;
}

/** Runs a command as a step runs: nothing of the surroundings but what every sandbox promises. */
export async function execute(
  command: string,
  options: {
    readonly shell: readonly string[];
    readonly workspace: string;
    readonly cwd: string;
    readonly home: string;
    readonly env: Readonly<Record<string, string>>;
    readonly log: string;
  },
): Promise<Execution> {
  const cwd = join(options.workspace, options.cwd);
  mkdirSync(cwd, { recursive: true, mode: 0o755 });
  const [program, ...before] = options.shell;
  if (program === undefined) throw new Error("A step without a shell.");
  const log = openSync(options.log, "w");
  try {
    const child = spawn(program, [...before, "-c", command], {
      cwd,
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: options.home, CI: "true", LANG: "C.UTF-8", ...options.env },
      stdio: ["ignore", log, log],
    });
    const closed: unknown[] = await once(child, "close");
    const [exitCode] = closed;
    if (typeof exitCode !== "number") throw new Error("A generated command ended by a signal.");
    return { exitCode, output: readFileSync(options.log, "latin1") };
  } finally {
    closeSync(log);
  }
}
