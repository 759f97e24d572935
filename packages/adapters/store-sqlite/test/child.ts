import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export type Fixture = "abandon.ts" | "first-open.ts" | "hold.ts";

/** A process of its own that says one thing and then waits. */
export interface Child<T> extends AsyncDisposable {
  readonly said: T;
  kill(): Promise<void>;
}

/** Starts a program of `fixtures/` and waits for its first message. */
export async function startChild<T>(fixture: Fixture, directory: string, is: (message: unknown) => message is T): Promise<Child<T>> {
  const child = fork(join(import.meta.dirname, "fixtures", fixture), [directory], { execArgv: ["--conditions=fresco-source"] });
  const exited = once(child, "exit");
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
  };
  const first: unknown = await Promise.race([once(child, "message").then(([message]: unknown[]) => message), exited.then(() => undefined)]);
  if (!is(first)) {
    await kill();
    throw new Error(`${fixture} ended or said something else: ${JSON.stringify(first)}`);
  }
  return { said: first, kill, [Symbol.asyncDispose]: kill };
}
