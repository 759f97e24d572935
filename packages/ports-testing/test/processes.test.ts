import { MemoryProcesses, processesContract } from "@fresco/ports-testing";

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
