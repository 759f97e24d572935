import { MemoryProcesses } from "@fresco/ports-testing";
import { processesContract } from "@fresco/ports-testing/contracts";

processesContract({
  name: "memory",
  open: async () => {
    const processes = new MemoryProcesses();
    return {
      processes,
      spawn: async () => ({ pid: processes.spawn().pid, ended: Promise.resolve() }),
      [Symbol.asyncDispose]: async () => undefined,
    };
  },
});
