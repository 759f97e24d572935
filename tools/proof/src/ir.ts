import { IR_VERSION, type IR, type IRStep } from "@fresco/pipeline";
import type { Pipeline, Step } from "./model/pipeline.ts";

/** The model's pipeline in the words that the product takes. */
export function toIR(pipeline: Pipeline): IR {
  return {
    version: IR_VERSION,
    pipeline: "proof",
    env: pipeline.env,
    base: { type: "host" },
    toolchains: [],
    steps: pipeline.steps.map(toStep),
  };
}

function toStep({ policy, secrets, env, ...step }: Step): IRStep {
  const carried = Object.entries(secrets).map(([variable, secret]) => [variable, { secret }] as const);
  return { ...step, env: { ...env, ...Object.fromEntries(carried) }, cache: policy, git: false };
}
