import type { IR } from "@fresco/pipeline";
import type { Selection } from "@fresco/planner";
import type { FrozenSource, Owner } from "@fresco/ports";
import type { EnginePorts, RunOptions } from "./api.ts";
import { Bases } from "./bases.ts";
import { resolveEnvironment } from "./environment.ts";
import type { LookupContext } from "./lookup.ts";
import { missingError } from "./missing.ts";
import { Results } from "./results.ts";
import { refuseUnhonoured } from "./sandboxes.ts";
import { selectedSteps } from "./selection.ts";
import { resolveViews } from "./views.ts";

export interface LookupContextRequest {
  readonly ports: EnginePorts;
  readonly ir: IR;
  readonly options: RunOptions;
  readonly source: FrozenSource;
  readonly owner: Owner;
  readonly selection: Selection;
  readonly now: number;
}

/**
 * Everything that decides about hits, with all that can be wrong checked before anything runs.
 * @throws FrescoError `env.missing`, `secret.missing`, `view.unmatched`, `sandbox.unsupported-option`, and what the sandbox says about a base on which it cannot run.
 */
export async function lookupContext({ ports, ir, options, source, owner, selection, now }: LookupContextRequest): Promise<LookupContext> {
  const selected = selectedSteps(ir, selection);
  const environment = resolveEnvironment(ir, selected, {
    environment: options.environment ?? {},
    env: options.env ?? {},
    secrets: options.secrets ?? {},
  });
  if (environment.type === "missing") throw missingError(environment);
  const bases = new Bases(ports, ir, options.project ?? "");
  refuseUnhonoured(selected.map((step) => ({ step, kind: bases.sandboxOf(step).kind, capabilities: bases.capabilitiesOf(step) })));
  const [views] = await Promise.all([resolveViews(source, selected), ...selected.map((step) => bases.of(step))]);
  return {
    ir,
    source,
    stableWorkspace: options.workspacePath ?? `${owner.directory}/workspace`,
    bases,
    views,
    environment: environment.steps,
    results: new Results(ir),
    entries: ports.store.entries,
    layers: ports.layers,
    seal: (value) => ports.store.seal(value),
    owner: owner.id,
    now,
  };
}
