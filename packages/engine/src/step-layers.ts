import type { IRStep } from "@fresco/pipeline";
import type { CapturedLayer } from "@fresco/ports";
import type { ExecutionOutcome } from "./execution.ts";
import type { JobContext } from "./job.ts";

/** What a step leaves. */
export interface StepLayers {
  readonly workspace: CapturedLayer | undefined;
  /** What the steps built on it stand on; `undefined`: nothing, or there are none. */
  readonly system: CapturedLayer | undefined;
  /** The system layer that may be stored. May come later where no step of this run stands on it, and rejects where there is none that may. */
  readonly stored: Promise<CapturedLayer | undefined>;
}

/**
 * Captures what a step wrote. Keeping a system takes long in some sandboxes, so where no step of this run waits for it the run goes on meanwhile.
 * @throws what the ports throw where a step of this run needs the layer.
 */
export async function captureLayers(
  step: IRStep,
  outcome: ExecutionOutcome,
  cacheable: boolean,
  context: Pick<JobContext, "ir" | "ports" | "exports" | "bases" | "owner" | "directory" | "names" | "number">,
): Promise<StepLayers> {
  const { ir, ports, exports, bases } = context;
  const builtOn = ir.steps.some((other) => other.parent === step.id);
  const wanted = cacheable || builtOn || exports.has(step.id) || ir.steps.some((other) => other.uses.includes(step.id));
  const workspace = wanted
    ? await ports.layers.capture(
        [{ changes: outcome.workspace.changes, options: { outputs: step.outputs, ...(step.git ? { exclude: [".git"] } : {}) } }],
        await placeFor(cacheable, context),
      )
    : undefined;
  if (bases.capabilitiesOf(step).system !== "layered" || !(cacheable || builtOn)) {
    return { workspace, system: undefined, stored: Promise.resolve(undefined) };
  }
  const keep = async (storable: boolean): Promise<CapturedLayer | undefined> =>
    outcome.step.captureSystem(await placeFor(storable, context));
  const stored = keep(cacheable);
  // Whoever stores it hears of it; until then nobody may be listening.
  stored.catch(() => undefined);
  if (!builtOn) return { workspace, system: undefined, stored };
  // A layer that cannot be kept for later runs may still serve this one.
  const system = await stored.catch((cause: unknown) => (cacheable ? keep(false) : Promise.reject(cause)));
  return { workspace, system, stored };
}

/** Where a layer goes: a reserved directory if it may be stored, else one that goes with the run. */
async function placeFor(
  storable: boolean,
  { names, owner, directory, number }: Pick<JobContext, "names" | "owner" | "directory" | "number">,
): Promise<{ id: string; path: string }> {
  if (storable) return names.take();
  const own = number();
  return { id: `${owner}-${own}`, path: `${directory}/${own}` };
}
