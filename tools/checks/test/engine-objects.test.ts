import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";
import { engineMissing, IMAGE } from "../../../packages/adapters/sandbox-docker/test/engine.ts";
import { engineStore } from "../../crash/src/engine-leftovers.ts";
import { leftovers } from "../../crash/src/leftovers.ts";
import { Scene } from "../../crash/src/scene.ts";
import { engineObjects } from "../engine-objects.ts";

const missing = engineMissing();
const command = fileURLToPath(new URL("../../../apps/cli/bin/fresco.js", import.meta.url));

function docker(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync("docker", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`docker ${args.join(" ")}: ${stderr}`);
  return stdout.trim();
}

/** One of each kind of object, as a run of this store would leave it. */
class Planted implements Disposable {
  readonly #name = `planted-${randomBytes(6).toString("hex")}`;
  readonly #images: readonly string[];
  readonly container: string;

  constructor(store: string) {
    const label = `dev.fresco.store=${store}`;
    this.container = docker("create", "--label", label, IMAGE, "true");
    docker("volume", "create", "--label", label, this.#name);
    docker("network", "create", "--label", label, this.#name);
    const named = `fresco-${store}/layer:${this.#name}`;
    docker("commit", this.container, named);
    this.#images = [named, docker("commit", "-c", `LABEL planted=${this.#name}`, this.container)];
  }

  /** Is this line about one of them? */
  has(line: string): boolean {
    return line.includes(this.#name) || line.includes(this.container.slice(0, 12));
  }

  get kinds(): readonly RegExp[] {
    return [/^container /, new RegExp(`^volume .*${this.#name}`), /^network /, new RegExp(`^image .*${this.#name}`)];
  }

  [Symbol.dispose](): void {
    docker("rm", this.container);
    docker("volume", "rm", this.#name);
    docker("network", "rm", this.#name);
    docker("image", "rm", ...this.#images);
  }
}

describe("What is left in an Engine", () => {
  beforeEach(({ skip }) => skip(missing !== undefined, missing));

  it("is noticed after the tests, whatever it is", () => {
    using planted = new Planted("0123456789abcdef");
    // Other tests have objects of their own there meanwhile.
    const found = engineObjects().filter((line) => planted.has(line));
    expect(planted.kinds.filter((kind) => !found.some((line) => kind.test(line)))).toEqual([]);
  });

  it("is noticed after a kill, with and without a name", async () => {
    using scene = new Scene({ command, sandbox: "docker" });
    expect((await scene.run(["runs"])).code).toBe(0);
    expect(leftovers(scene)).toEqual([]);
    using planted = new Planted(engineStore(scene.state));
    const found = leftovers(scene);
    expect([...planted.kinds, /^image \w+ without a name$/].filter((kind) => !found.some((line) => kind.test(line)))).toEqual([]);
    // Somebody else's store sees nothing of it.
    using other = new Scene({ command, sandbox: "docker" });
    expect((await other.run(["runs"])).code).toBe(0);
    expect(leftovers(other)).toEqual([]);
  });
});
