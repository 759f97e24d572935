import type { IR, IRStep } from "@fresco/pipeline";
import { type Selection, selectSteps, type StartOptions } from "@fresco/planner";
import { FrescoError, type SandboxCapabilities } from "@fresco/ports";
import type { RunOptions } from "./api.ts";

/** @throws FrescoError `run.unknown-step` with the nearest names. */
export function selectionOf(ir: IR, { only, from }: RunOptions): Selection {
  const selected = selectSteps(ir, { ...(only === undefined ? {} : { only }), ...(from === undefined ? {} : { from }) });
  if (selected.type === "selected") return selected.selection;
  const lines = selected.names.map(
    ({ name, near }) => `there is no step "${name}"${near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`}`,
  );
  throw new FrescoError("run.unknown-step", lines.join("\n"), {
    kind: "input",
    hint: `the steps of "${ir.pipeline}": ${ir.steps.map(({ id }) => id).join(", ")}`,
  });
}

export function selectedSteps(ir: IR, selection: Selection): readonly IRStep[] {
  return ir.steps.filter(({ id }) => selection.steps.has(id));
}

export function planningOptions(
  selection: Selection,
  options: RunOptions,
  used: ReadonlySet<SandboxCapabilities>,
  at: number,
): StartOptions {
  return {
    // One workspace at one path: one step at a time.
    parallel: [...used].some(({ workspacePath }) => workspacePath === undefined) ? 1 : Math.max(1, options.parallel ?? 1),
    keepGoing: options.keepGoing ?? false,
    selection,
    at,
    ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
  };
}
