import type { Clock } from "@fresco/ports";
import { describe, expect, it } from "vitest";

/** A clock, and the way to let its time pass: moving it, or waiting. */
export interface ClockSubject {
  readonly clock: Clock;
  readonly pass: (ms: number) => Promise<void>;
}

/** What every implementation of {@link Clock} keeps. Registered in a test file: `clockContract({ name, open })`. */
export function clockContract(options: { readonly name: string; readonly open: () => ClockSubject }): void {
  describe(`Clock contract: ${options.name}`, () => {
    for (const [title, run] of Object.entries(cases)) it(title, () => run(options.open()));
  });
}

const cases = {
  "time is told in milliseconds since the epoch": async ({ clock }: ClockSubject) => {
    expect(clock.now()).toBeGreaterThan(Date.UTC(2020));
  },

  "a timer calls back once, and not before its time": async ({ clock, pass }: ClockSubject) => {
    const set = clock.now();
    const fired: number[] = [];
    clock.after(20, () => fired.push(clock.now()));
    await pass(60);
    await pass(60);
    expect(fired).toHaveLength(1);
    // Timers and the wall clock may differ by a millisecond.
    expect(fired[0]).toBeGreaterThanOrEqual(set + 19);
  },

  "timers fire in the order of their times": async ({ clock, pass }: ClockSubject) => {
    const fired: string[] = [];
    clock.after(40, () => fired.push("later"));
    clock.after(5, () => fired.push("sooner"));
    await pass(100);
    expect(fired).toEqual(["sooner", "later"]);
  },

  "a cancelled timer does not fire, and cancelling again does nothing": async ({ clock, pass }: ClockSubject) => {
    const fired: string[] = [];
    const cancel = clock.after(10, () => fired.push("cancelled"));
    clock.after(10, () => fired.push("kept"));
    cancel();
    cancel();
    await pass(50);
    expect(fired).toEqual(["kept"]);
  },

  "a timer that was set by a timer fires too": async ({ clock, pass }: ClockSubject) => {
    const fired: string[] = [];
    clock.after(5, () => clock.after(5, () => fired.push("second")));
    await pass(60);
    expect(fired).toEqual(["second"]);
  },
};
