import { containersOf } from "./engine-leftovers.ts";
import { leftovers } from "./leftovers.ts";
import { type Going, Scene } from "./scene.ts";
import type { SeriesOptions } from "./series.ts";
import { until } from "./waiting.ts";

/** A run of somebody else's, with a store of its own, that goes on while others are killed: nothing of it may be touched. */
export class ForeignRun implements Disposable {
  readonly #scene: Scene;
  readonly #going: Going;
  #containers: readonly string[] = [];

  private constructor(scene: Scene, sandbox: string) {
    this.#scene = scene;
    this.#going = scene.start(["run", "patient", "--sandbox", sandbox]);
  }

  static async start({ command, sandbox }: Pick<SeriesOptions, "command" | "sandbox">): Promise<ForeignRun> {
    const run = new ForeignRun(new Scene({ command, sandbox }), sandbox);
    await until("the foreign run is ready", () => run.#going.stdout().includes("ready"));
    run.#containers = run.#alive();
    return run;
  }

  /** Lets it end as its owner would. What is wrong with it, each in one line. */
  async end(): Promise<readonly string[]> {
    const now = this.#alive();
    const gone = this.#containers.filter((id) => !now.includes(id)).map((id) => `the foreign container ${id} is gone`);
    const none = this.#scene.engine && this.#containers.length === 0 ? ["the foreign run had no container"] : [];
    const died = this.#going.child.exitCode === null ? [] : ["the foreign run has ended"];
    this.#going.child.kill("SIGINT");
    const { code, stderr } = await this.#going.ended;
    const ended = code === 130 ? [] : [`the foreign run ended with ${code}: ${stderr.slice(-400)}`];
    return [...gone, ...none, ...died, ...ended, ...leftovers(this.#scene)];
  }

  [Symbol.dispose](): void {
    this.#going.child.kill("SIGKILL");
    this.#scene[Symbol.dispose]();
  }

  #alive(): readonly string[] {
    return this.#scene.engine ? containersOf(this.#scene.state) : [];
  }
}
