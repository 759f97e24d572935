import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sandboxContract } from "@fresco/ports-testing/contracts";
import { MySandbox } from "./my-sandbox.ts";

sandboxContract({
  name: "MySandbox",
  open: async () => {
    const sandbox = new MySandbox();
    const directory = await mkdtemp(join(tmpdir(), "my-sandbox-"));
    return { sandbox, directory, [Symbol.asyncDispose]: () => sandbox.discard([directory]) };
  },
  unsupported: { "a program can open its output again through /dev": "Node's own pipes are sockets" },
});
