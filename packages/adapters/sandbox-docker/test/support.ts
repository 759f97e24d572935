import { randomBytes } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SandboxSubject } from "@fresco/ports-testing/contracts";
import { chooseEndpoint, DockerSandbox } from "../src/index.ts";
import type { DockerSandboxOptions } from "../src/index.ts";
import { IMAGE } from "./engine.ts";

/** A sandbox of a store of its own, and a directory for it, which goes with what steps left in it and in the Engine. */
export async function openSandbox(
  options: Partial<DockerSandboxOptions> = {},
): Promise<SandboxSubject & { readonly store: string } & AsyncDisposable> {
  const directory = await mkdtemp(join(tmpdir(), "fresco-docker-"));
  const store = `test${randomBytes(6).toString("hex")}`;
  const sandbox = new DockerSandbox({ endpoint: () => chooseEndpoint(process.env), store: () => store, ...options });
  return {
    sandbox,
    directory,
    store,
    base: { type: "image", image: IMAGE },
    [Symbol.asyncDispose]: () => sandbox.discard([directory]),
  };
}
