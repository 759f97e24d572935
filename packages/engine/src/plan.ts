import type { IR } from "@fresco/pipeline";
import type { FrozenSource, Owner } from "@fresco/ports";
import type { EnginePorts, Plan, RunOptions } from "./api.ts";

export async function planRun(_ports: EnginePorts, _ir: IR, _options: RunOptions, _source: FrozenSource, _owner: Owner): Promise<Plan> {
  throw new Error("later");
}
