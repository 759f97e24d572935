import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EnvValue, IR } from "@fresco/pipeline";
import { FullMemory, type Memory } from "./model/memory.ts";
import { Model, type Expected } from "./model/model.ts";
import type { Pipeline } from "./model/pipeline.ts";
import type { Outcome, Subject } from "./subject.ts";

/** The model itself, replaying what it remembers: tries the harness and the generator without the product. */
export function modelSubject(memory: () => Memory = () => new FullMemory()): Subject {
  return {
    name: "model",
    system: "layered",
    open: async (project) => {
      const scratch = mkdtempSync(join(tmpdir(), "fresco-proof-subject-"));
      const model = new Model({ scratch, system: "layered", trust: "memory" }, memory());
      return {
        run: async (ir, { now }) => outcomesOf(await model.run(project, fromIR(ir), { now, drawn: new Map() })),
        evict: async (step) => model.evict(step),
        [Symbol.asyncDispose]: async () => rmSync(scratch, { recursive: true }),
      };
    },
  };
}

function fromIR(ir: IR): Pipeline {
  return { env: literals(ir.env), steps: ir.steps.map(({ cache, env, ...step }) => ({ ...step, policy: cache, env: literals(env) })) };
}

function literals(env: Readonly<Record<string, EnvValue>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

function outcomesOf(results: ReadonlyMap<string, Expected>): ReadonlyMap<string, Outcome> {
  return new Map([...results].map(([step, result]) => [step, outcomeOf(result)]));
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
