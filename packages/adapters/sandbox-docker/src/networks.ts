import { once } from "node:events";
import type { Duplex } from "node:stream";
import { containerOptions } from "./container-options.ts";
import { removeContainer, startAttached } from "./attached.ts";
import { demultiplex } from "./demultiplex.ts";
import type { Container, EngineApi, ImageFacts } from "./engine-api.ts";

export type NetworkName = "default" | "none";

/** A sleeping container whose network steps join one after the other: making a network for each would take longer than all the rest of it. */
export interface Network {
  readonly name: NetworkName;
  /** For the host options of a step's container. */
  readonly mode: string;
  /** Files of `/etc` that the Engine made for it. */
  readonly files: Readonly<Record<string, string>>;
}

interface Kept extends Network {
  readonly container: Container;
  readonly stream: Duplex;
}

export interface NetworksOptions {
  readonly engine: () => Promise<EngineApi>;
  readonly labels: () => Record<string, string>;
}

const FILES = ["hosts", "resolv.conf", "hostname"];
const END = "-- end of file --";

/** With what every shell has built in. At its end it waits for the end of its input, which comes when the owner is gone, however it went. */
const SCRIPT = `${FILES.map((name) => `while IFS= read -r line || [ -n "$line" ]; do echo "$line"; done </etc/${name}; echo '${END}'`).join("\n")}
read -r _
exit
`;

/** One network for each step that runs at the same time, so that no two share their ports. */
export class Networks {
  readonly #options: NetworksOptions;
  readonly #free: Kept[] = [];
  readonly #all = new Set<Kept>();

  constructor(options: NetworksOptions) {
    this.#options = options;
  }

  async take(name: NetworkName, image: ImageFacts, base: ImageFacts): Promise<Network> {
    for (let index = this.#free.length - 1; index >= 0; index -= 1) {
      const kept = this.#free[index];
      if (kept === undefined || kept.name !== name) continue;
      this.#free.splice(index, 1);
      if (!kept.stream.destroyed && !kept.stream.readableEnded) return kept;
      // The Engine was restarted, or somebody removed it.
      await this.#remove(kept);
    }
    return this.#make(name, image, base);
  }

  giveBack(network: Network): void {
    const kept = [...this.#all].find((one) => one === network);
    if (kept !== undefined) this.#free.push(kept);
  }

  async close(): Promise<void> {
    this.#free.length = 0;
    await Promise.all([...this.#all].map((kept) => this.#remove(kept)));
  }

  async #remove(kept: Kept): Promise<void> {
    this.#all.delete(kept);
    kept.stream.destroy();
    await removeContainer(kept.container);
  }

  async #make(name: NetworkName, image: ImageFacts, base: ImageFacts): Promise<Network> {
    const { engine, labels } = this.#options;
    const options = containerOptions(image.Id, base, "0", labels(), { NetworkMode: name, Mounts: [] });
    const { container, stream } = await startAttached(await engine(), { ...options, Hostname: "fresco" });
    const printed = filesOf(stream);
    stream.write(SCRIPT);
    const kept = { name, mode: `container:${container.id}`, files: await printed, container, stream };
    this.#all.add(kept);
    return kept;
  }
}

/** Reads what the script prints, and goes on reading the stream so that its end is noticed. */
async function filesOf(stream: Duplex): Promise<Record<string, string>> {
  let text = "";
  const whole = Promise.withResolvers<void>();
  demultiplex(stream, (_, chunk) => {
    text += Buffer.from(chunk).toString("latin1");
    if (text.split(`${END}\n`).length > FILES.length) whole.resolve();
  }).then(() => whole.resolve(), whole.reject);
  await Promise.race([whole.promise, once(stream, "error")]);
  const parts = text.split(`${END}\n`);
  return Object.fromEntries(FILES.map((name, index) => [name, parts[index] ?? ""]));
}
