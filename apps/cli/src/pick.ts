import type { IR } from "@fresco/pipeline";
import { nearest } from "@fresco/planner";
import { FrescoError } from "@fresco/ports";

export interface Picked {
  readonly ir: IR;
  /** The name was a step's: that step and what it needs. */
  readonly only?: readonly string[];
}

/**
 * The pipeline that a name means: a pipeline's own name, or a step's, which stands for that step and what it needs. Without a name: the only pipeline.
 * @throws FrescoError `run.which`, `run.unknown`.
 */
export function pickPipeline(pipelines: readonly IR[], name: string | undefined): Picked {
  const names = pipelines.map(({ pipeline }) => pipeline);
  const [first] = pipelines;
  if (name === undefined) {
    if (first !== undefined && pipelines.length === 1) return { ir: first };
    throw new FrescoError("run.which", `the project has several pipelines: ${names.join(", ")}`, {
      kind: "input",
      hint: "name one of them",
    });
  }
  const named = pipelines.find(({ pipeline }) => pipeline === name);
  if (named !== undefined) return { ir: named };
  const having = pipelines.filter(({ steps }) => steps.some(({ id }) => id === name));
  const [only] = having;
  if (only !== undefined && having.length === 1) return { ir: only, only: [name] };
  if (having.length > 1) {
    throw new FrescoError("run.which", `several pipelines have a step "${name}": ${having.map(({ pipeline }) => pipeline).join(", ")}`, {
      kind: "input",
      hint: `name the pipeline: fresco run PIPELINE --only ${name}`,
    });
  }
  const steps = pipelines.flatMap((ir) => ir.steps.map(({ id }) => id));
  const near = nearest(name, [...names, ...steps]);
  throw new FrescoError(
    "run.unknown",
    `there is no pipeline and no step "${name}"${near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`}`,
    {
      kind: "input",
      hint: `pipelines: ${names.join(", ")}; steps: ${steps.join(", ")}`,
    },
  );
}
