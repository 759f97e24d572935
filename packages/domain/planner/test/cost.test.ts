import { Session } from "node:inspector/promises";
import { type Command, next, start } from "@fresco/planner";
import { describe, expect, it } from "vitest";
import { type Draft, irOf } from "./ir.ts";

/** How often each piece of the planner's code runs while `work` does: operations, whatever the machine is busy with. */
async function operations(work: () => void): Promise<number> {
  const session = new Session();
  session.connect();
  try {
    await session.post("Profiler.enable");
    await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
    work();
    const { result } = await session.post("Profiler.takePreciseCoverage");
    const scripts = result.filter(({ url }) => url.includes("/planner/src/"));
    return scripts.flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges)).reduce((sum, { count }) => sum + count, 0);
  } finally {
    session.disconnect();
  }
}

/** Runs a pipeline from its start to its end; every step misses and passes. */
function runAll(drafts: readonly Draft[]): void {
  let { state, commands } = start(irOf(drafts), { parallel: 4 });
  const waiting: Command[] = [...commands];
  // The list grows while it is walked.
  for (const command of waiting) {
    if (command.type !== "look-up" && command.type !== "execute") continue;
    const { job } = command;
    ({ state, commands } = next(
      state,
      command.type === "look-up" ? { type: "job.missed", job, at: 0 } : { type: "job.finished", job, status: "passed", at: 0 },
    ));
    waiting.push(...commands);
  }
  expect(waiting.at(-1)).toEqual({ type: "finish", status: "passed" });
}

const shapes: Readonly<Record<string, (count: number) => Draft[]>> = {
  "a chain": (count) => Array.from({ length: count }, (_, at) => ({ id: `s${at}`, parent: at === 0 ? null : `s${at - 1}` })),
  "steps side by side": (count) => Array.from({ length: count }, (_, at) => ({ id: `s${at}`, timeout: 1_000 })),
  "children of one step": (count) => Array.from({ length: count }, (_, at) => ({ id: `s${at}`, parent: at === 0 ? null : "s0" })),
  "layers of ten, each step after three": (count) =>
    Array.from({ length: count }, (_, at) => {
      const beneath = Math.floor(at / 10) * 10 - 10;
      return { id: `s${at}`, after: beneath < 0 ? [] : [0, 3, 6].map((offset) => `s${beneath + ((at + offset) % 10)}`) };
    }),
};

describe("Planning costs in proportion to the pipeline, for", () => {
  it.each(Object.entries(shapes))("%s", async (_, shape) => {
    const [small, large] = [shape(1_000), shape(10_000)];
    const few = await operations(() => runAll(small));
    const many = await operations(() => runAll(large));
    expect(few).toBeGreaterThan(1_000);
    // Ten times as many steps; the queue of ready ones adds a logarithm.
    expect(many / few).toBeLessThan(14);
    expect(many / 10_000).toBeLessThan(500);
  });
});
