import { setTimeout as delay } from "node:timers/promises";
import { survivors } from "./survivors.ts";

/** How often it is looked again before what does not end is given up. */
const ROUNDS = 200;

/** Kills what is left of a step, again until nothing is found. `false`: something does not end. */
export async function killAll(marker: string, leader: number | undefined): Promise<boolean> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const left = await survivors(marker, leader);
    if (left.length === 0) return true;
    for (const { pid } of left) signalOne(pid, "SIGKILL");
    await delay(5);
  }
  return false;
}

/** Sends a signal to a process or, by a negative number, to a group. `false`: it is gone, or not ours. */
export function signalOne(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
