import type { Processes, ProcessIdentity } from "@fresco/ports";
import { facts } from "./facts.ts";
import type { PlatformFacts } from "./facts.ts";

/** Processes of this machine: from `/proc` on Linux, from `ps` elsewhere. Everything is synchronous; on Linux a few microseconds each. */
export class NodeProcesses implements Processes {
  readonly #platform: PlatformFacts = facts();

  self(): ProcessIdentity {
    const identity = this.identify(process.pid);
    if (identity === undefined) throw new Error("this process is not in the process table");
    return identity;
  }

  identify(pid: number): ProcessIdentity | undefined {
    const startTime = this.#platform.startTime(pid);
    return startTime === undefined ? undefined : { pid, startTime, ...this.#platform.place() };
  }

  signalGroup(target: ProcessIdentity, signal: "TERM" | "INT" | "HUP" | "KILL"): boolean {
    // Number 1 would address every process, 0 our own group.
    if (target.pid <= 1 || this.alive(target) !== true) return false;
    try {
      return process.kill(-target.pid, `SIG${signal}`);
    } catch {
      return false;
    }
  }

  alive(target: ProcessIdentity): boolean | undefined {
    const here = this.#platform.place();
    if (target.machineId !== here.machineId) return undefined;
    // Nothing survives a reboot of the same machine.
    if (target.bootId !== here.bootId) return false;
    if (target.pidNamespace !== here.pidNamespace) return undefined;
    return this.#platform.startTime(target.pid) === target.startTime;
  }
}
