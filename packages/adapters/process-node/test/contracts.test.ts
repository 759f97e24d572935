import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { clockContract, processesContract } from "@fresco/ports-testing/contracts";
import { NodeProcesses, SystemClock } from "../src/index.ts";

clockContract({ name: "system", open: () => ({ clock: new SystemClock(), pass: (ms) => delay(ms) }) });

processesContract({
  name: "node",
  open: async () => {
    const spawned: number[] = [];
    return {
      processes: new NodeProcesses(),
      spawn: async () => {
        const child = spawn("sleep", ["1000"], { detached: true, stdio: "ignore" });
        await once(child, "spawn");
        if (child.pid === undefined) throw new Error("sleep has no number");
        spawned.push(child.pid);
        return { pid: child.pid, ended: once(child, "exit").then(() => undefined) };
      },
      [Symbol.asyncDispose]: async () => {
        for (const pid of spawned) {
          try {
            process.kill(-pid, "SIGKILL");
          } catch {
            // It was killed by its case.
          }
        }
      },
    };
  },
});
