import type { Duplex } from "node:stream";
import type { Container, ContainerOptions, EngineApi } from "./engine-api.ts";

/** A container that runs, and the stream of its standard input and output. */
export interface Attached {
  readonly container: Container;
  readonly stream: Duplex;
}

/** Makes a container and starts it. Nothing stays behind when that fails. */
export async function startAttached(engine: EngineApi, options: ContainerOptions): Promise<Attached> {
  const container = await engine.createContainer(options);
  try {
    // Before it starts: the shell waits for what it is to do, so nothing is printed before somebody listens.
    const stream = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });
    try {
      await container.start();
      return { container, stream };
    } catch (error) {
      stream.destroy();
      throw error;
    }
  } catch (error) {
    await removeContainer(container);
    throw error;
  }
}

/** Removes it with its volumes, running or not. One that is gone already is fine. */
export async function removeContainer(container: Container): Promise<void> {
  try {
    await container.remove({ force: true, v: true });
  } catch (error) {
    // 409: somebody else is removing it at this moment.
    const status = typeof error === "object" && error !== null && "statusCode" in error ? error.statusCode : undefined;
    if (status !== 404 && status !== 409) throw error;
  }
}
