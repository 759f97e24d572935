import { describeDifference, explain, judge, type KeyFields } from "@fresco/cache-keys";
import type { IRStep } from "@fresco/pipeline";
import type { JobRecord, RunRecord, Store } from "@fresco/ports";
import { formatInstant } from "./output/print.ts";
import type { RunStep } from "./references.ts";

/** What the cache had to say about a step in a run. */
export interface PastLookup {
  readonly run: string;
  readonly pipeline: string;
  /** Milliseconds. */
  readonly startedAt: number;
  readonly status: JobRecord["status"];
  /** `none`: it was not looked up. */
  readonly outcome: "hit" | "miss" | "none";
  readonly why: string;
  /** What tells it from the last run in which it passed or hit, a sentence each. */
  readonly changes: readonly string[];
}

/** How many earlier runs are searched for a result to compare with. */
const SEARCHED = 100;

export async function pastLookup(store: Store, { run, job }: RunStep): Promise<PastLookup> {
  const facts = { run: run.id, pipeline: run.pipeline, startedAt: run.startedAt, status: job.status };
  const step = (await store.runs.ir(run.id))?.steps.find(({ id }) => id === job.step);
  if (job.status === "cached") return { ...facts, outcome: "hit", why: await whyHit(store, job), changes: [] };
  if (job.fields === undefined) return { ...facts, outcome: "none", why: whyNone(job, step), changes: [] };
  const earlier = await earlierResult(store, run, job.step);
  if (earlier === undefined) return { ...facts, outcome: "miss", why: "it had no earlier result", changes: [] };
  const changes = describeChanges(earlier.fields, job.fields);
  return {
    ...facts,
    outcome: "miss",
    why: changes.length > 0 ? `since run ${earlier.run} this has changed:` : whySame(earlier, run, step),
    changes,
  };
}

/** What tells two keys apart, a sentence each. */
export function describeChanges(before: KeyFields, after: KeyFields): readonly string[] {
  return explain(before, after).map(describeDifference);
}

async function whyHit(store: Store, job: JobRecord): Promise<string> {
  const entry = await entryBehind(store, job);
  return entry === undefined
    ? "its entry, which is gone by now, had its key"
    : `run ${entry.run} gave the same result at ${formatInstant(entry.createdAt)}, and all that the step can see was the same`;
}

function whyNone(job: JobRecord, step: IRStep | undefined): string {
  if (job.startedAt === undefined && job.reason !== undefined) return job.reason.text;
  if (step?.cache.type === "none") return "it has no cache policy, so it always runs";
  if (step?.git === true) return "it sees the repository, so it always runs";
  return "it was not looked up";
}

/** The same key, and yet no hit. */
function whySame(earlier: EarlierResult, run: RunRecord, step: IRStep | undefined): string {
  const verdict = step === undefined ? undefined : judge(step.cache, { createdAt: earlier.createdAt }, run.startedAt);
  return verdict?.type === "miss"
    ? verdict.why
    : `nothing has changed since run ${earlier.run}: the cache was not to be read (--no-cache, --from), or the entry had been removed`;
}

interface EarlierResult {
  readonly run: string;
  readonly fields: KeyFields;
  readonly createdAt: number;
}

/** The step's result in the last run before this one that has any. */
async function earlierResult(
  store: Store,
  { id, project, pipeline, startedAt }: RunRecord,
  step: string,
): Promise<EarlierResult | undefined> {
  const runs = await store.runs.list({ project });
  const earlier = runs.filter((run) => run.pipeline === pipeline && run.id !== id && run.startedAt <= startedAt);
  for (const run of earlier.slice(0, SEARCHED)) {
    const job = (await store.runs.jobs(run.id)).find((each) => each.step === step);
    const result = job === undefined ? undefined : await resultOf(store, job);
    if (result !== undefined) return { run: run.id, ...result };
  }
  return undefined;
}

async function resultOf(store: Store, job: JobRecord): Promise<Pick<EarlierResult, "fields" | "createdAt"> | undefined> {
  if (job.status === "passed" && job.fields !== undefined)
    return { fields: job.fields, createdAt: (job.startedAt ?? 0) + (job.durationMs ?? 0) };
  return job.status === "cached" ? entryBehind(store, job) : undefined;
}

/** A cached job shows its entry's log, which no other entry has. */
async function entryBehind(
  store: Store,
  { log }: JobRecord,
): Promise<{ readonly run: string; readonly fields: KeyFields; readonly createdAt: number } | undefined> {
  return (await store.entries.list()).find((entry) => entry.log === log);
}
