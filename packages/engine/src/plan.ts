import type { IR, IRStep } from "@fresco/pipeline";
import type { FrozenSource, Owner } from "@fresco/ports";
import type { EnginePorts, Plan, PlannedStep, RunOptions } from "./api.ts";
import { describe, find, type LookupContext, uncacheable } from "./lookup.ts";
import { lookupContext } from "./lookup-context.ts";
import { selectionOf } from "./selection.ts";
import { conflictBeneath } from "./writers-conflict.ts";

/** What a run would do now: the same look-ups in the same order, with nothing executed. @throws what {@link lookupContext} throws. */
export async function planRun(ports: EnginePorts, ir: IR, options: RunOptions, source: FrozenSource, owner: Owner): Promise<Plan> {
  const selection = selectionOf(ir, options);
  const context = await lookupContext({ ports, ir, options, source, owner, selection, now: ports.clock.now() });
  const steps: PlannedStep[] = [];
  for (const step of ir.steps) {
    const planned: PlannedStep = selection.steps.has(step.id)
      ? await planStep(step, context, options.readCache !== false && !selection.forced.has(step.id))
      : { step: step.id, decision: "skipped", why: "it is not selected" };
    steps.push(await withNewest(planned, ports, ir, options));
  }
  return { tree: source.tree, steps };
}

async function planStep(step: IRStep, context: LookupContext, read: boolean): Promise<PlannedStep> {
  const never = uncacheable(step, context.ir, context.bases.capabilitiesOf(step));
  if (never !== undefined) return { step: step.id, decision: "execute", why: never };
  if (!context.results.complete(step.id))
    return { step: step.id, decision: "undecided", why: "it stands on steps that execute, and hits if they give what they gave before" };
  const conflict = await conflictBeneath(step, context);
  if (conflict !== undefined) return { step: step.id, decision: "execute", why: `it would fail: ${conflict.text}` };
  const { key, sealed } = await describe(step, context);
  const known = { step: step.id, key, fields: sealed };
  if (!read) return { ...known, decision: "execute", why: "the cache is not read for it" };
  const found = await find(step, { key, fields: sealed, sealed }, context);
  switch (found.type) {
    case "hit":
      context.results.set(step.id, found.entry);
      return { ...known, decision: "hit", why: "its entry is there", entry: found.entry };
    case "miss":
      return { ...known, decision: "execute", why: found.why };
    case "conflict":
      return { ...known, decision: "execute", why: "it would fail: its layer would hide source that it does not see", entry: found.entry };
  }
}

async function withNewest(planned: PlannedStep, { store }: EnginePorts, ir: IR, options: RunOptions): Promise<PlannedStep> {
  if (planned.entry !== undefined || planned.decision === "skipped") return planned;
  const entry = await store.entries.latest(options.project ?? "", ir.pipeline, planned.step);
  return entry === undefined ? planned : { ...planned, entry };
}
