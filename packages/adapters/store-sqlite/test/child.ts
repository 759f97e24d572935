import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** A process of its own that says one thing and then waits. */
export interface Child<T> extends AsyncDisposable {
  readonly said: T;
  kill(): Promise<void>;
}

/** Starts a program of `fixtures/` and waits for its first message. What it starts may live on descriptor 4, until this is disposed of. */
export async function startChild<T>(
  fixture: "abandon.ts" | "hold.ts",
  directory: string,
  is: (message: unknown) => message is T,
): Promise<Child<T>> {
  const child = fork(join(import.meta.dirname, "fixtures", fixture), [directory], {
    execArgv: ["--conditions=fresco-source", "--expose-gc"],
    // Not its stdin: that is closed when it exits.
    stdio: ["ignore", "inherit", "inherit", "ipc", "pipe"],
  });
  const exited = once(child, "exit");
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
  };
  const dispose = async (): Promise<void> => {
    await kill();
    child.stdio[4]?.destroy();
  };
  const first: unknown = await Promise.race([once(child, "message").then(([message]: unknown[]) => message), exited.then(() => undefined)]);
  if (!is(first)) {
    await dispose();
    throw new Error(`${fixture} ended or said something else: ${JSON.stringify(first)}`);
  }
  return { said: first, kill, [Symbol.asyncDispose]: dispose };
}
