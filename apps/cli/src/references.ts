import type { JobRecord, RunRecord, Store } from "@fresco/ports";
import { FrescoError } from "@fresco/ports";
import { nearest } from "@fresco/planner";

/** A step's execution within a run. */
export interface RunStep {
  readonly run: RunRecord;
  readonly job: JobRecord;
}

/** How many runs are searched for a step that is named without a run. */
const SEARCHED = 100;

/**
 * The run that a reference means: the beginning of its id, or `@latest`, which is the project's where there is one.
 * @throws FrescoError `run.none`, `run.ambiguous` with the candidates.
 */
export async function findRun(store: Store, reference: string, project: string | undefined): Promise<RunRecord> {
  const found = await store.runs.find(reference, project);
  switch (found.type) {
    case "found":
      return found.run;
    case "none":
      throw new FrescoError(
        "run.none",
        reference === "@latest" ? "there is no run yet" : `there is no run whose id begins with "${reference}"`,
        {
          kind: "input",
          hint: "`fresco runs` lists the project's runs, `fresco runs --all` everybody's",
        },
      );
    case "ambiguous":
      throw new FrescoError("run.ambiguous", `"${reference}" is the beginning of several runs: ${found.ids.join(", ")}`, {
        kind: "input",
        hint: "type more of the id",
      });
  }
}

/**
 * What `[RUN:]STEP` means. Without a run: the newest one (of the project, if any) that has such a step.
 * @throws FrescoError `run.none`, `run.ambiguous`, `run.unknown-step` with the nearest names.
 */
export async function findRunStep(store: Store, reference: string, project: string | undefined): Promise<RunStep> {
  const at = reference.indexOf(":");
  const step = reference.slice(at + 1);
  if (at === -1) {
    const found = await newestWith(store, step, project);
    if (found !== undefined) return found;
    throw unknownStep(`no run has a step "${step}"`, step, await stepsOfLatest(store, project));
  }
  const run = await findRun(store, reference.slice(0, at), project);
  const jobs = await store.runs.jobs(run.id);
  const job = jobs.find((each) => each.step === step);
  if (job !== undefined) return { run, job };
  throw unknownStep(
    `run ${run.id} has no step "${step}"`,
    step,
    jobs.map((each) => each.step),
  );
}

/** The newest run that has this step. */
export async function newestWith(store: Store, step: string, project: string | undefined): Promise<RunStep | undefined> {
  for (const run of await store.runs.list({ limit: SEARCHED, ...(project === undefined ? {} : { project }) })) {
    const job = (await store.runs.jobs(run.id)).find((each) => each.step === step);
    if (job !== undefined) return { run, job };
  }
  return undefined;
}

async function stepsOfLatest(store: Store, project: string | undefined): Promise<readonly string[]> {
  const found = await store.runs.find("@latest", project);
  return found.type === "found" ? (await store.runs.jobs(found.run.id)).map(({ step }) => step) : [];
}

function unknownStep(message: string, step: string, steps: readonly string[]): FrescoError {
  const near = nearest(step, steps);
  return new FrescoError("run.unknown-step", `${message}${near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`}`, {
    kind: "input",
    ...(steps.length === 0 ? { hint: "`fresco runs` lists the runs" } : { hint: `steps: ${steps.join(", ")}` }),
  });
}
