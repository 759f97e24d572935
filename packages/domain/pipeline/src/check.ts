import { checkGraph } from "./check-graph.ts";
import { checkBase, checkDuration, checkEnv, checkStep } from "./check-step.ts";
import type { IR } from "./ir.ts";
import type { Partially, PartialStep } from "./partial.ts";
import type { Problem } from "./problem.ts";
import { isId } from "./slug.ts";

/** IR of which some fields may be missing because they could not be read. */
export type PartialIR = Partially<Omit<IR, "steps">> & { readonly steps?: readonly PartialStep[] | undefined };

/** Everything that a type cannot say about IR and that does not hold. Missing fields are passed over. */
export function checkPipeline(ir: PartialIR): readonly Problem[] {
  return [
    ...checkName(ir.pipeline),
    ...checkEnv(ir.env, "env"),
    ...checkDuration(ir.timeout, "timeout"),
    ...checkBase(ir.base, "base"),
    ...(ir.toolchains ?? []).flatMap(checkToolchain),
    ...checkSteps(ir.steps),
  ];
}

function checkSteps(steps: PartialIR["steps"]): readonly Problem[] {
  if (steps === undefined) return [];
  if (steps.length === 0) {
    return [
      {
        code: "ir.empty-pipeline",
        path: "steps",
        message: "The pipeline has no step.",
        hint: 'Give it at least one, such as sh("npm test").',
      },
    ];
  }
  return [...steps.flatMap((step, index) => checkStep(step, `steps[${index}]`)), ...checkGraph(steps)];
}

function checkName(name: string | undefined): readonly Problem[] {
  if (name === undefined || isId(name)) return [];
  return [
    {
      code: "ir.bad-name",
      path: "pipeline",
      message: `${JSON.stringify(name)} cannot be the name of a pipeline.`,
      hint: 'Use letters, digits, "_", "-" and ".", beginning with a letter, a digit or "_".',
    },
  ];
}

function checkToolchain(path: string, index: number): readonly Problem[] {
  if (/^(?:\/|~\/)./.test(path) && !path.split("/").includes("..")) return [];
  return [
    {
      code: "ir.bad-toolchain",
      path: `toolchains[${index}]`,
      message: `The toolchain ${JSON.stringify(path)} is no directory of the host.`,
      hint: 'Write an absolute path, or one that begins with "~/", without "..".',
    },
  ];
}
