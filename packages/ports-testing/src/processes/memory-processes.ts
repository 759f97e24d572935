import type { Processes, ProcessIdentity } from "@fresco/ports";

/** A table of processes that a test fills. Numbers are reused when the test says so; start times never are. */
export class MemoryProcesses implements Processes {
  readonly #living = new Map<number, ProcessIdentity>();
  readonly #place: Pick<ProcessIdentity, "bootId" | "machineId" | "pidNamespace">;
  readonly #self: ProcessIdentity;
  #started = 0;
  /** Signals that reached a group, in order. */
  readonly signals: { readonly pid: number; readonly signal: string }[] = [];

  constructor(place: Partial<Pick<ProcessIdentity, "bootId" | "machineId" | "pidNamespace">> = {}) {
    this.#place = { bootId: "boot-1", machineId: "machine-1", pidNamespace: "1", ...place };
    this.#self = this.spawn(100);
  }

  /** Starts a process under this number, or under a fresh one. */
  spawn(pid: number = 101 + this.#started): ProcessIdentity {
    this.#started += 1;
    const identity = { pid, startTime: String(this.#started), ...this.#place };
    this.#living.set(pid, identity);
    return identity;
  }

  /** Ends a process. */
  end(pid: number): void {
    this.#living.delete(pid);
  }

  self(): ProcessIdentity {
    return this.#self;
  }

  identify(pid: number): ProcessIdentity | undefined {
    return this.#living.get(pid);
  }

  signalGroup(process: ProcessIdentity, signal: "TERM" | "INT" | "HUP" | "KILL"): boolean {
    if (this.alive(process) !== true) return false;
    this.signals.push({ pid: process.pid, signal });
    this.end(process.pid);
    return true;
  }

  alive(process: ProcessIdentity): boolean | undefined {
    if (process.machineId !== this.#place.machineId) return undefined;
    if (process.bootId !== this.#place.bootId) return false;
    if (process.pidNamespace !== this.#place.pidNamespace) return undefined;
    return this.#living.get(process.pid)?.startTime === process.startTime;
  }
}
