import { MemoryLogs } from "@fresco/ports-testing";
import { logsContract } from "@fresco/ports-testing/contracts";
import { temporaryLogs } from "./directory.ts";

logsContract({ name: "FileLogs", open: temporaryLogs });

logsContract({
  name: "MemoryLogs",
  open: async () => ({ logs: new MemoryLogs(), [Symbol.asyncDispose]: async () => undefined }),
});
