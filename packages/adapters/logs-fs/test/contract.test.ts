import { logsContract, MemoryLogs } from "@fresco/ports-testing";
import { temporaryLogs } from "./directory.ts";

logsContract({ name: "FileLogs", open: temporaryLogs });

logsContract({
  name: "MemoryLogs",
  open: async () => ({ logs: new MemoryLogs(), [Symbol.asyncDispose]: async () => undefined }),
});
