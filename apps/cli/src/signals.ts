import type { InterruptSignal } from "@fresco/lifecycle";

/** What the signals of a terminal and of a supervisor mean for a run. */
export interface Interrupts {
  /** The first one: stop, with the steps' grace. */
  readonly signal: AbortSignal;
  /** The second one: stop at once. */
  readonly kill: AbortSignal;
  /** The first signal that came. */
  received(): InterruptSignal | undefined;
  /** Back to what signals do by themselves. */
  dispose(): void;
}

const SIGNALS: readonly InterruptSignal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Listens from now on, so that no signal ends this process by itself while steps run. */
export function listenForInterrupts(): Interrupts {
  const stop = new AbortController();
  const kill = new AbortController();
  let first: InterruptSignal | undefined;
  const listener = (signal: NodeJS.Signals): void => {
    if (first === undefined) {
      first = SIGNALS.find((name) => name === signal);
      stop.abort();
    } else {
      kill.abort();
    }
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  return {
    signal: stop.signal,
    kill: kill.signal,
    received: () => first,
    dispose: () => {
      for (const signal of SIGNALS) process.off(signal, listener);
    },
  };
}
