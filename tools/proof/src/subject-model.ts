import { rmSync } from "node:fs";
import type { EnvValue, IR } from "@fresco/pipeline";
import { FrescoError } from "@fresco/ports";
import { FullMemory, type Memory } from "./model/memory.ts";
import { Model, type Expected, type ExpectedRun } from "./model/model.ts";
import type { Pipeline } from "./model/pipeline.ts";
import type { Outcome, Subject } from "./subject.ts";
import { temporaryDirectory } from "./temporary.ts";

/** The model itself, replaying what it remembers: tries the harness and the generator without the product. */
export function modelSubject(memory: () => Memory = () => new FullMemory()): Subject {
  return {
    name: "model",
    system: "layered",
    open: async (project) => {
      const scratch = temporaryDirectory("subject");
      const model = new Model({ scratch, system: "layered", trust: "memory" }, memory());
      return {
        run: async (ir, conditions) => outcomesOf(await model.run(project, fromIR(ir), { ...conditions, drawn: new Map() })),
        evict: async (step) => model.evict(step),
        [Symbol.asyncDispose]: async () => rmSync(scratch, { recursive: true }),
      };
    },
  };
}

function fromIR(ir: IR): Pipeline {
  return {
    env: literals(ir.env),
    steps: ir.steps.map(({ cache, env, ...step }) => ({ ...step, policy: cache, env: literals(env), secrets: secretsIn(env) })),
  };
}

function literals(env: Readonly<Record<string, EnvValue>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

function secretsIn(env: Readonly<Record<string, EnvValue>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([variable, value]) => (typeof value === "object" && "secret" in value ? [[variable, value.secret]] : [])),
  );
}

function outcomesOf(run: ExpectedRun): ReadonlyMap<string, Outcome> {
  if (run.type === "unmatched") throw new FrescoError("view.unmatched", run.patterns.join(", "));
  return new Map([...run.steps].map(([step, result]) => [step, outcomeOf(result)]));
}

function outcomeOf(result: Expected): Outcome {
  switch (result.type) {
    case "succeeded":
      return { status: result.status, exitCode: 0, output: result.output };
    case "failed":
      return { status: "failed", exitCode: result.exitCode, output: result.output };
    case "refused":
      return { status: "failed", exitCode: null, output: "", reason: result.because };
    case "skipped":
      return { status: "skipped", exitCode: null, output: "" };
  }
}
