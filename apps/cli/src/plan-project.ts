import { createEngine, type Plan } from "@fresco/engine";
import type { IR } from "@fresco/pipeline";
import type { Freezing } from "./freezing.ts";
import { pickPipeline } from "./pick.ts";
import { type PlanningRequest, planningRunOptions } from "./planning.ts";
import { openProject } from "./session.ts";

export interface PlannedPipeline {
  readonly ir: IR;
  readonly planned: Plan;
}

/** What a run would do now. Executes nothing. @throws FrescoError what a run would throw before anything runs. */
export async function planProject(freezing: Freezing, request: PlanningRequest): Promise<PlannedPipeline> {
  await using session = await openProject(freezing, { sandbox: request.sandbox, pull: "never" });
  const picked = pickPipeline(session.pipelines, request.name);
  await using engine = createEngine(session.ports, { owner: session.owner });
  return { ir: picked.ir, planned: await engine.plan(picked.ir, planningRunOptions(picked, session, request)) };
}
