import { FrescoError, type RunStore } from "@fresco/ports";
import { expect, it } from "vitest";
import { Recorder } from "../src/recorder.ts";

it("What could not be recorded is recorded before anything that came later", async () => {
  const written: string[] = [];
  const failures: unknown[] = [];
  let full = true;
  const runs: Pick<RunStore, "append"> = {
    append: async (events) => {
      if (full) throw new FrescoError("store.full", "full");
      written.push(...events.map(({ type }) => type));
    },
  };
  const recorder = new Recorder(runs, (error) => failures.push(error));
  recorder.add({ type: "job.queued", job: "a", run: "r", ts: 0 });
  await recorder.written();
  expect(written).toEqual([]);
  full = false;
  recorder.add({ type: "run.finished", status: "failed", durationMs: 1, run: "r", ts: 1 });
  await recorder.written();
  expect(written).toEqual(["job.queued", "run.finished"]);
  expect(failures.length).toBeGreaterThan(0);
});
