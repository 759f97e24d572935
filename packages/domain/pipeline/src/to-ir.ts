import { describeValue } from "./canonical-json.ts";
import { checkPipeline } from "./check.ts";
import { collect, type Collected } from "./collect.ts";
import { compileBase, compileDuration, compileEnv, compileStep, type Report } from "./compile.ts";
import { IR_VERSION, type IR } from "./ir.ts";
import { readPipelineOptions } from "./options.ts";
import { originOf } from "./origin.ts";
import type { Leaf, Pipeline } from "./pipeline.ts";
import { PipelineError, type Problem } from "./problem.ts";
import { stepIds } from "./step-ids.ts";
import { Step, Wait } from "./step.ts";

/**
 * Compiles a pipeline to its IR. Steps stand after all that they need, otherwise in the order of the leaves.
 * @throws PipelineError with everything that is wrong, each with the place where its author wrote it.
 */
export function toIR(pipeline: Pipeline): IR {
  const problems: Problem[] = [];
  const collected = collect(readLeaves(pipeline, (problem) => problems.push(problem)));
  const ir = compile(pipeline, collected, (problem) => problems.push(problem));
  // What could not be compiled is reported already; the rest is checked as any IR is.
  problems.push(...checkPipeline(ir).filter((problem) => problem.code !== "ir.empty-pipeline" || problems.length === 0));
  if (problems.length > 0) throw new PipelineError(problems.map((problem) => located(problem, pipeline, collected.steps)));
  return ir;
}

function readLeaves(pipeline: Pipeline, report: Report): readonly Leaf[] {
  const leaves: unknown = typeof pipeline.leaves === "function" ? pipeline.leaves() : pipeline.leaves;
  if (!Array.isArray(leaves)) {
    report({
      code: "ir.wrong-type",
      path: "leaves",
      message: `The steps of the pipeline are ${describeValue(leaves)}.`,
      hint: "They must be a list, or a function that returns one.",
    });
    return [];
  }
  return leaves.filter((leaf: unknown, index): leaf is Leaf => {
    const good = leaf instanceof Step || leaf instanceof Wait;
    if (!good)
      report({
        code: "ir.wrong-type",
        path: `leaves[${index}]`,
        message: `A leaf of the pipeline is ${describeValue(leaf)}.`,
        hint: leafHint(leaf),
      });
    return good;
  });
}

function leafHint(leaf: unknown): string {
  if (typeof leaf === "function") return "It must be a step: call the target, as in build().";
  return Array.isArray(leaf)
    ? "It must be a step: spread the list, as in ...steps."
    : 'It must be a step, such as sh("npm test"), or wait().';
}

function compile(pipeline: Pipeline, { steps, held }: Collected, report: Report): IR {
  const options = readPipelineOptions(pipeline.options, report);
  const ids = stepIds(steps);
  if (options.image !== undefined && options.base !== undefined) {
    report({ code: "ir.bad-base", path: "base", message: "The pipeline names an image and a base.", hint: "Leave one of them out." });
  }
  return {
    version: IR_VERSION,
    pipeline: pipeline.name,
    env: compileEnv(options.env),
    ...compileDuration("timeout", options.timeout, "timeout", report),
    base: options.image === undefined ? compileBase(options.base) : { type: "image", image: options.image },
    toolchains: options.toolchains ?? [],
    steps: steps.map((step, index) => compileStep(step, `steps[${index}]`, { ids, held: held.get(step) ?? [], report })),
  };
}

function located(problem: Problem, pipeline: Pipeline, steps: readonly Step[]): Problem {
  const index = /^steps\[(\d+)\]/.exec(problem.path)?.[1];
  const stack = originOf((index === undefined ? undefined : steps[Number(index)]) ?? pipeline);
  return stack === undefined ? problem : { ...problem, stack };
}
