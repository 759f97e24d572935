import type { Processes, ProcessIdentity } from "@fresco/ports";
import { describe, expect, it } from "vitest";

/** Processes, and the way to have some. */
export interface ProcessesSubject {
  readonly processes: Processes;
  /** Starts a process that leads a group of its own and does not end by itself. */
  readonly spawn: () => Promise<{
    readonly pid: number /** Resolves when it has ended and was collected. */;
    readonly ended: Promise<void>;
  }>;
}

/** What every implementation of {@link Processes} keeps. Registered in a test file: `processesContract({ name, open })`. */
export function processesContract(options: {
  readonly name: string;
  readonly open: () => Promise<ProcessesSubject & AsyncDisposable>;
}): void {
  describe(`Processes contract: ${options.name}`, () => {
    for (const [title, run] of Object.entries(cases)) {
      it(title, async () => {
        await using subject = await options.open();
        await run(subject);
      });
    }
  });
}

const cases = {
  "this process is alive and identifies as itself": async ({ processes }: ProcessesSubject) => {
    const self = processes.self();
    expect(processes.alive(self)).toBe(true);
    expect(processes.identify(self.pid)).toEqual(self);
  },

  "a number that no process has identifies nothing": async ({ processes }: ProcessesSubject) => {
    expect(processes.identify(2 ** 30)).toBeUndefined();
  },

  "a process is alive until it ends, and a signal reaches its group": async (subject: ProcessesSubject) => {
    const { processes } = subject;
    const { identity, ended } = await started(subject);
    expect(processes.alive(identity)).toBe(true);
    expect(processes.signalGroup(identity, "KILL")).toBe(true);
    await ended;
    expect(processes.alive(identity)).toBe(false);
    expect(processes.signalGroup(identity, "TERM")).toBe(false);
  },

  "a process with the same number and another start time is another one, and is not signalled": async (subject: ProcessesSubject) => {
    const { processes } = subject;
    const { identity, ended } = await started(subject);
    const former = { ...identity, startTime: `${identity.startTime}0` };
    expect(processes.alive(former)).toBe(false);
    expect(processes.signalGroup(former, "KILL")).toBe(false);
    expect(processes.alive(identity)).toBe(true);
    processes.signalGroup(identity, "KILL");
    await ended;
  },

  "nothing is alive from before the machine was booted": async ({ processes }: ProcessesSubject) => {
    const former = { ...processes.self(), bootId: "another-boot" };
    expect(processes.alive(former)).toBe(false);
    expect(processes.signalGroup(former, "TERM")).toBe(false);
  },

  "of another machine or another namespace nothing can be told, and nothing is signalled": async ({ processes }: ProcessesSubject) => {
    for (const elsewhere of [{ machineId: "another-machine" }, { pidNamespace: "another-namespace" }]) {
      const process = { ...processes.self(), ...elsewhere };
      expect(processes.alive(process)).toBeUndefined();
      expect(processes.signalGroup(process, "TERM")).toBe(false);
    }
  },
};

async function started(subject: ProcessesSubject): Promise<{ readonly identity: ProcessIdentity; readonly ended: Promise<void> }> {
  const { pid, ended } = await subject.spawn();
  const identity = subject.processes.identify(pid);
  if (identity === undefined) throw new Error(`process ${pid} is not in the table`);
  return { identity, ended };
}
