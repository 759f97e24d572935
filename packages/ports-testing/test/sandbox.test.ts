import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PlainSandbox } from "@fresco/ports-testing";
import { sandboxContract } from "@fresco/ports-testing/contracts";

sandboxContract({
  name: "plain",
  open: async () => {
    const directory = await mkdtemp(join(tmpdir(), "fresco-plain-"));
    return { sandbox: new PlainSandbox(), directory, [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
  },
  unsupported: {
    "a program can open its output again through /dev": "Node's own pipes are sockets",
    "what a step started in the background ends with it": "it knows its process group only",
  },
});
