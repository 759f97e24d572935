import { setTimeout as delay } from "node:timers/promises";
import { FrescoError } from "@fresco/ports";
import type { LeftStep, Processes } from "@fresco/ports";

const PATIENCE_MS = 10_000;

/**
 * Kills the step's outermost process, whose end takes the namespace, its processes and its mounts with it, and waits until it is gone.
 * @throws FrescoError `sandbox.unkillable` when it is still there after ten seconds.
 */
export async function reclaimStep(left: LeftStep, processes: Processes): Promise<void> {
  const { process } = left;
  if (process === undefined) return;
  processes.signalGroup(process, "KILL");
  const until = performance.now() + PATIENCE_MS;
  while (processes.alive(process) === true) {
    if (performance.now() > until) {
      throw new FrescoError(
        "sandbox.unkillable",
        `Process ${process.pid}, which a step left behind, does not end although it was killed.`,
        {
          hint: "It probably waits for a disk or a network file system; try again when that answers.",
        },
      );
    }
    await delay(5);
  }
}
