import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sandboxContract } from "@fresco/ports-testing/contracts";
import { FifoPipes, NodeProcesses } from "@fresco/process-node";
import { HostSandbox } from "../src/index.ts";

sandboxContract({
  name: "host",
  open: async () => {
    const directory = await mkdtemp(join(tmpdir(), "fresco-host-"));
    const sandbox = new HostSandbox({ processes: new NodeProcesses(), pipes: new FifoPipes(), environment: { PATH: process.env["PATH"] } });
    return { sandbox, directory, [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
  },
});
