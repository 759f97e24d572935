import type { IR } from "@fresco/pipeline";
import type { Command, PlannerEvent, StartOptions } from "./messages.ts";
import { Plan } from "./plan.ts";

/**
 * Where a run stands. Handed on from call to call: {@link next} consumes the state that it is given and refuses one that was consumed, so
 * that the cost of an event does not depend on the size of the pipeline.
 */
export interface PlanState {
  readonly pipeline: string;
}

export interface Planned {
  readonly state: PlanState;
  readonly commands: readonly Command[];
}

/** Begins a run of a validated pipeline. @throws Error for an IR with a cycle or an unknown reference. */
export function start(ir: IR, options: StartOptions): Planned {
  const plan = new Plan(ir, options);
  return { commands: plan.begin(), state: new Handle(ir.pipeline, plan) };
}

/**
 * What follows from an event. Events about jobs that have ended change nothing.
 * @throws Error for a state that was consumed, a job that is no step, or one that finished before it was looked up.
 */
export function next(state: PlanState, event: PlannerEvent): Planned {
  if (!(state instanceof Handle)) throw new Error("this state comes from elsewhere");
  return state.handOn((plan) => plan.take(event));
}

class Handle implements PlanState {
  readonly pipeline: string;
  #plan: Plan | undefined;

  constructor(pipeline: string, plan: Plan) {
    this.pipeline = pipeline;
    this.#plan = plan;
  }

  handOn(take: (plan: Plan) => readonly Command[]): Planned {
    const plan = this.#plan;
    if (plan === undefined) throw new Error("this state was already used: go on with the one that next() returned");
    const commands = take(plan);
    this.#plan = undefined;
    return { state: new Handle(this.pipeline, plan), commands };
  }
}
