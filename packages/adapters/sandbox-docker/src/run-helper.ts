import { containerOptions } from "./container-options.ts";
import { removeContainer, startAttached } from "./attached.ts";
import { demultiplex } from "./demultiplex.ts";
import type { EngineApi, ImageFacts, Mount } from "./engine-api.ts";

/** A short script of ours in a container of its own, as root: for what only the Engine may do. */
export interface HelperTask {
  readonly image: string;
  readonly base: ImageFacts;
  readonly labels: Record<string, string>;
  readonly mounts: readonly Mount[];
  readonly script: string;
}

/** Gives its exit code and what it printed. */
export async function runHelper(engine: EngineApi, task: HelperTask): Promise<{ readonly code: number; readonly output: string }> {
  const options = containerOptions(task.image, task.base, "0", task.labels, { NetworkMode: "none", Mounts: [...task.mounts] });
  const { container, stream } = await startAttached(engine, options);
  try {
    const output: string[] = [];
    stream.end(task.script);
    const [{ StatusCode }] = await Promise.all([
      container.wait(),
      demultiplex(stream, (_, chunk) => void output.push(Buffer.from(chunk).toString("utf8"))),
    ]);
    return { code: StatusCode, output: output.join("") };
  } finally {
    await removeContainer(container);
  }
}
