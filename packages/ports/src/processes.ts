/** A process that can be told apart from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot (Linux), or the platform's own start stamp. */
  readonly startTime: string;
  readonly bootId: string;
  readonly machineId: string;
  /** Inode of the PID namespace; empty where there are none. Pid and start time mean something only inside it. */
  readonly pidNamespace: string;
}

export interface Processes {
  /** This process. */
  self(): ProcessIdentity;
  identify(pid: number): ProcessIdentity | undefined;
  /** Signals the process group that this process leads. `false` when it is gone, is another one by now, or lives where its number says nothing. */
  signalGroup(process: ProcessIdentity, signal: "TERM" | "INT" | "HUP" | "KILL"): boolean;
  /** Is it running? `undefined`: cannot be told from here (another machine, boot or namespace). */
  alive(process: ProcessIdentity): boolean | undefined;
}
