import type { FinishedJobStatus } from "@fresco/lifecycle";
import type { IR } from "@fresco/pipeline";
import { type Command, next, type PlannerEvent, selectSteps, start, type StartOptions } from "@fresco/planner";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Draft, irOf } from "./ir.ts";

/** Follows a run from outside and knows nothing of how the planner works: what was asked for, what has ended, what must hold. */
class Observer {
  readonly lookUps = new Set<string>();
  readonly missed = new Set<string>();
  readonly executing = new Set<string>();
  readonly ends = new Map<string, FinishedJobStatus>();
  readonly asked = new Set<string>();
  finish: string | undefined;
  stopped = false;
  readonly #ir: IR;
  readonly #options: StartOptions;

  constructor(ir: IR, options: StartOptions) {
    this.#ir = ir;
    this.#options = options;
  }

  obey(commands: readonly Command[]): void {
    for (const command of commands) {
      expect(this.finish).toBeUndefined();
      this.#obey(command);
    }
    expect(this.executing.size).toBeLessThanOrEqual(this.#options.parallel);
    // No slot stays free while a job waits for one.
    if (this.missed.size > 0) expect(this.executing.size).toBe(this.#options.parallel);
  }

  end(job: string, status: FinishedJobStatus): void {
    expect(this.ends.has(job)).toBe(false);
    this.ends.set(job, status);
    this.lookUps.delete(job);
    this.missed.delete(job);
    this.executing.delete(job);
    const good = status === "passed" || status === "cached" || status === "skipped";
    if (!good && this.#options.keepGoing !== true) this.stopped = true;
  }

  #obey(command: Command): void {
    switch (command.type) {
      case "look-up":
        expect(this.asked.has(command.job)).toBe(false);
        expect(this.stopped).toBe(false);
        for (const need of this.#needs(command.job)) expect(["passed", "cached"]).toContain(this.ends.get(need));
        this.asked.add(command.job);
        this.lookUps.add(command.job);
        break;
      case "execute":
        expect(this.stopped).toBe(false);
        expect(this.missed.delete(command.job)).toBe(true);
        this.executing.add(command.job);
        break;
      case "cancel":
        expect(this.executing.has(command.job)).toBe(true);
        break;
      case "conclude":
        this.end(command.job, command.status);
        break;
      case "finish":
        expect(this.ends.size).toBe(this.#ir.steps.length);
        this.finish = command.status;
        break;
      case "wake":
        break;
    }
  }

  /** What holds a job back: everything before it that takes part. */
  #needs(job: string): string[] {
    const step = this.#ir.steps.find(({ id }) => id === job);
    if (step === undefined) throw new Error(`${job} is no step`);
    const all = [...(step.parent === null ? [] : [step.parent]), ...step.uses, ...step.after];
    return all.filter((id) => this.#options.selection?.steps.has(id) ?? true);
  }
}

/** Edges lead back only; `link` picks earlier steps by their distance. */
const drafts: fc.Arbitrary<Draft[]> = fc
  .array(
    fc.record({
      parent: fc.option(fc.nat(12)),
      uses: fc.array(fc.nat(12), { maxLength: 2 }),
      after: fc.array(fc.nat(12), { maxLength: 3 }),
      timeout: fc.boolean(),
    }),
    {
      maxLength: 12,
    },
  )
  .map((links) =>
    links.map(({ parent, uses, after, timeout }, position) => {
      const back = (distances: readonly number[]) =>
        distances.flatMap((distance) => (distance < position ? [`s${position - 1 - distance}`] : []));
      const limit = timeout ? { timeout: 20 } : {};
      return {
        id: `s${position}`,
        parent: back(parent === null ? [] : [parent])[0] ?? null,
        uses: back(uses),
        after: back(after),
        ...limit,
      };
    }),
  );

const choice = fc.record({
  what: fc.nat(99),
  which: fc.nat(20),
  status: fc.constantFrom<FinishedJobStatus>("passed", "passed", "passed", "failed", "timed-out", "crashed", "cancelled"),
});

function pick(jobs: ReadonlySet<string>, which: number): string | undefined {
  return [...jobs][which % Math.max(1, jobs.size)];
}

describe("In any run", () => {
  it("every job ends once, nothing runs too early or too many at a time, no slot stays free, and the run is over exactly when all is", () => {
    const seen = { passed: 0, failed: 0, cancelled: 0, "timed-out": 0 };
    fc.assert(
      fc.property(
        drafts,
        fc.record({
          parallel: fc.integer({ min: 1, max: 4 }),
          keepGoing: fc.boolean(),
          only: fc.option(fc.nat(11)),
          timeout: fc.option(fc.constantFrom(1, 4)),
          calm: fc.boolean(),
        }),
        fc.array(choice, { minLength: 1, maxLength: 60 }),
        (steps, { parallel, keepGoing, only, timeout, calm }, choices) => {
          const ir = irOf(steps);
          const wish = only === null ? undefined : steps[only]?.id;
          const selected = selectSteps(ir, wish === undefined ? {} : { only: [wish] });
          if (selected.type === "unknown") throw new Error("the wish is a step");
          const options: StartOptions = { parallel, keepGoing, selection: selected.selection, ...(timeout === null ? {} : { timeout }) };
          const observer = new Observer(ir, options);
          let { state, commands } = start(ir, options);
          observer.obey(commands);
          for (let at = 0; observer.finish === undefined; at += 1) {
            // The outside world always gets on: a run that never ends would be seen here.
            expect(at).toBeLessThan(500);
            const drawn = choices[at % choices.length];
            // Once all are used up, distractions end and only answers come.
            const event = eventOf(observer, drawn && (at < choices.length ? drawn : { ...drawn, what: 50 }), at, calm);
            if (event === undefined) continue;
            ({ state, commands } = next(state, event));
            observer.obey(commands);
          }
          expect(observer.lookUps.size + observer.missed.size + observer.executing.size).toBe(0);
          const ends = [...observer.ends.values()];
          if (observer.finish === "passed") expect(ends.every((end) => ["passed", "cached", "skipped"].includes(end))).toBe(true);
          if (observer.finish === "failed")
            expect(ends.some((end) => ["failed", "timed-out", "crashed", "cancelled"].includes(end))).toBe(true);
          for (const status of ["passed", "failed", "cancelled", "timed-out"] as const) if (observer.finish === status) seen[status] += 1;
        },
      ),
      { numRuns: 1500 },
    );
    // The histories are worth something only if they end in every way.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20);
  });
});

/** Something that may happen now. `calm`: no interrupts, and every step passes. */
function eventOf(
  observer: Observer,
  choice: { what: number; which: number; status: FinishedJobStatus } | undefined,
  at: number,
  calm: boolean,
): PlannerEvent | undefined {
  if (choice === undefined) return undefined;
  const { what, which } = choice;
  if (what < 10) return { type: "woken", at };
  if (what < 13 && !calm) {
    observer.stopped = true;
    return { type: "run.interrupted", insist: which % 2 === 0, at };
  }
  const looked = pick(observer.lookUps, which);
  if (looked !== undefined && what < 60) return answer(observer, looked, which, at);
  const executing = pick(observer.executing, which);
  if (executing === undefined) return looked === undefined ? undefined : answer(observer, looked, which, at);
  if (what > 95) return { type: "job.started", job: executing, at };
  const status = calm ? "passed" : choice.status;
  observer.end(executing, status);
  return { type: "job.finished", job: executing, status, at };
}

function answer(observer: Observer, job: string, which: number, at: number): PlannerEvent {
  if (which % 3 === 0) {
    observer.end(job, "cached");
    return { type: "job.finished", job, status: "cached", at };
  }
  observer.lookUps.delete(job);
  observer.missed.add(job);
  return { type: "job.missed", job, at };
}
