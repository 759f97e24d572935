import type { PlannedStep } from "@fresco/engine";
import { FrescoError } from "@fresco/ports";
import { beginFreezing, type Freezing } from "./freezing.ts";
import { describeChanges, type PastLookup, pastLookup } from "./past-lookup.ts";
import { planProject } from "./plan-project.ts";
import type { PlanningRequest } from "./planning.ts";
import { findRunStep, newestWith } from "./references.ts";
import { openStore } from "./session.ts";

/** Why a step hit or missed in a run, and what it would do now. */
export interface ExplainedStep {
  readonly step: string;
  /** `null`: no run has had this step yet. */
  readonly past: PastLookup | null;
  /** `null`: there is no project here to plan. */
  readonly now: StepNow | null;
}

export interface StepNow {
  /** `unknown`: it cannot be told, and `why` says what is in the way. */
  readonly decision: PlannedStep["decision"] | "unknown";
  readonly why: string;
  /** What tells the step from its newest entry, a sentence each. */
  readonly changes: readonly string[];
}

/**
 * @param reference `[RUN:]STEP`
 * @throws FrescoError `run.none`, `run.ambiguous`, `run.unknown-step`; what planning says where no run has had the step either.
 */
export async function explainStep(reference: string, project: string | undefined, request: PlanningRequest): Promise<ExplainedStep> {
  const step = reference.slice(reference.indexOf(":") + 1);
  const freezing = project === undefined ? undefined : beginFreezing(project);
  const past = await lookBack(reference, step, project);
  if (freezing === undefined) return { step, past, now: null };
  const named = past === null ? { name: step } : { name: past.pipeline, only: [step] };
  try {
    return { step, past, now: await lookNow(step, freezing, { ...request, ...named }) };
  } catch (error) {
    if (past === null || !(error instanceof FrescoError)) throw error;
    return { step, past, now: { decision: "unknown", why: error.message, changes: [] } };
  }
}

/** Inside a project a step that never ran may still be planned; elsewhere it is unknown. */
async function lookBack(reference: string, step: string, project: string | undefined): Promise<PastLookup | null> {
  await using session = await openStore();
  const { store } = session;
  const found =
    reference === step && project !== undefined ? await newestWith(store, step, project) : await findRunStep(store, reference, project);
  // Awaited here, since the store closes behind the last line.
  return found === undefined ? null : await pastLookup(store, found);
}

async function lookNow(step: string, freezing: Freezing, request: PlanningRequest): Promise<StepNow> {
  const { planned } = await planProject(freezing, request);
  const found = planned.steps.find((each) => each.step === step);
  if (found === undefined) throw new FrescoError("run.unknown-step", `the project has no step "${step}" now`, { kind: "input" });
  const { decision, why, entry, fields } = found;
  return { decision, why, changes: entry === undefined || fields === undefined ? [] : describeChanges(entry.fields, fields) };
}
