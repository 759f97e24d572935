export type { Command, PlannerEvent, StartOptions } from "./messages.ts";
export { next, type Planned, type PlanState, start } from "./planner.ts";
export { nearest, selectSteps, type Selected, type Selection, type SelectionOptions } from "./selection.ts";
export { type Stack, stacksOf } from "./stack.ts";
