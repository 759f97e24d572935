import type { Store } from "@fresco/ports";
import { makeLayer, openOwner, someEntry, someProcess, startRun } from "./samples.ts";

/** What an owner left that died in the middle of a run. */
export interface LeftBehind {
  readonly owner: string;
  /** Steps: `done` passed, `running` runs, `queued` and `pending` never began. */
  readonly run: string;
  /** A reserved layer directory. */
  readonly reserved: string;
  /** The layer of the entry under {@link LeftBehind.key}, which the owner uses. */
  readonly layer: string;
  readonly key: string;
  /** A key that the owner was computing. */
  readonly claimed: string;
}

/** Does what an owner does, up to the moment when it dies. The caller sees to the dying. */
export async function leaveBehind(store: Store): Promise<LeftBehind> {
  const owner = (await openOwner(store)).id;
  const run = await startRun(store, owner, { steps: ["done", "running", "queued", "pending"] });
  const common = { run, ts: 1_800_000_000_500 };
  await store.runs.append([
    { ...common, type: "run.started", pipeline: "ci", tree: "tree", jobs: ["done", "running", "queued", "pending"] },
    { ...common, type: "job.started", job: "done", attempt: 1, sandbox: "host" },
    { ...common, type: "job.finished", job: "done", status: "passed", exitCode: 0, durationMs: 5 },
    { ...common, type: "job.started", job: "running", attempt: 1, sandbox: "host" },
    { ...common, type: "job.queued", job: "queued" },
  ]);
  await store.runs.started(run, "running", 1, "host", { process: someProcess, token: "marker" });
  const layer = await makeLayer(store, owner);
  const reserved = await makeLayer(store, owner);
  await store.entries.save([someEntry("left-key", layer, { run })]);
  await store.entries.claim("claimed-key", owner, 3_000);
  return { owner, run, reserved: reserved.id, layer: layer.id, key: "left-key", claimed: "claimed-key" };
}
