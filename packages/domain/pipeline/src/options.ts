import { describeValue, isPlain } from "./canonical-json.ts";
import type { PipelineOptions } from "./pipeline.ts";
import type { CachePolicy } from "./policy.ts";
import type { Problem } from "./problem.ts";
import { EnvReference, SecretReference } from "./reference.ts";
import { Step, Wait, type StepOptions } from "./step.ts";

// Pipeline files are never type-checked before they run, so whatever they pass is looked at here.

interface Shape {
  /** Ends "It must be …". */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

const text: Shape = { expected: "text", accepts: (value) => typeof value === "string" };
const texts: Shape = { expected: "a list of texts", accepts: (value) => Array.isArray(value) && value.every(text.accepts) };
const textOrTexts: Shape = { expected: "text or a list of texts", accepts: (value) => text.accepts(value) || texts.accepts(value) };
const duration: Shape = {
  expected: 'milliseconds or text such as "1h30m"',
  accepts: (value) => typeof value === "number" || typeof value === "string",
};
const flag: Shape = { expected: "true or false", accepts: (value) => typeof value === "boolean" };
const steps: Shape = {
  expected: "a list of steps",
  accepts: (value) => Array.isArray(value) && value.every((item) => item instanceof Step),
};
const policy: Shape = { expected: "forever(), ttl(…), onChange(…), onValue(…) or all(…)", accepts: isPolicy };
const env: Shape = {
  expected: 'an object of texts, env("NAME") and secrets.NAME',
  accepts: (value) => isObject(value) && Object.values(value).every(isEnvOption),
};
const network: Shape = { expected: '"default" or "none"', accepts: (value) => value === "default" || value === "none" };
const resources: Shape = {
  expected: 'an object such as { cpus: 2, memory: "1g" }',
  accepts: (value) =>
    isObject(value) &&
    Object.entries(value).every(([name, limit]) =>
      name === "cpus" ? typeof limit === "number" : name === "memory" && (typeof limit === "number" || typeof limit === "string"),
    ),
};
const base: Shape = {
  expected: '"host" or { rootfs: "directory" }',
  accepts: (value) => value === "host" || (isObject(value) && "rootfs" in value && text.accepts(value.rootfs)),
};

const STEP_OPTIONS: Readonly<Record<keyof StepOptions, Shape>> = {
  id: text,
  label: text,
  image: text,
  env,
  cwd: text,
  shell: textOrTexts,
  cache: policy,
  outputs: texts,
  after: steps,
  uses: steps,
  timeout: duration,
  grace: duration,
  user: text,
  network,
  resources,
  git: flag,
};

const PIPELINE_OPTIONS: Readonly<Record<keyof PipelineOptions, Shape>> = { env, timeout: duration, image: text, base, toolchains: texts };

/** The options of a step that can be understood; the others are reported at `path`. */
export function readStepOptions(options: StepOptions, path: string, report: (problem: Problem) => void): StepOptions {
  return read(options, STEP_OPTIONS, path, report);
}

/** The options of a pipeline that can be understood; the others are reported. */
export function readPipelineOptions(options: PipelineOptions, report: (problem: Problem) => void): PipelineOptions {
  return read(options, PIPELINE_OPTIONS, "", report);
}

function read(options: unknown, shapes: Readonly<Record<string, Shape>>, path: string, report: (problem: Problem) => void) {
  if (!isObject(options)) {
    report({
      code: "ir.wrong-type",
      path,
      message: `The options are ${describeValue(options)}.`,
      hint: 'They must be an object, such as { id: "test" }.',
    });
    return {};
  }
  // An option that is `undefined` is one that was left out.
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    given.filter(([name, value]) => {
      const problems = checkOption(name, value, shapes);
      for (const problem of problems) report({ ...problem, path: path === "" ? problem.path : `${path}.${problem.path}` });
      return problems.length === 0;
    }),
  );
}

function checkOption(name: string, value: unknown, shapes: Readonly<Record<string, Shape>>): readonly Problem[] {
  const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
  if (shape === undefined) {
    const hint = `The options are ${Object.keys(shapes).join(", ")}.`;
    return [{ code: "ir.unknown-field", path: name, message: `There is no option "${name}".`, hint }];
  }
  if (shape.accepts(value)) return [];
  if (shape === steps && Array.isArray(value) && value.some((item) => item instanceof Wait)) {
    const hint = "It belongs between the leaves of a pipeline; name steps here.";
    return [{ code: "ir.misused-wait", path: name, message: `wait() stands in "${name}".`, hint }];
  }
  if (shape === env && isObject(value)) return Object.entries(value).flatMap(([variable, given]) => checkVariable(variable, given));
  return [
    {
      code: "ir.wrong-type",
      path: name,
      message: `The option "${name}" is ${describeValue(value)}.`,
      hint: `It must be ${shape.expected}.`,
    },
  ];
}

function checkVariable(variable: string, value: unknown): readonly Problem[] {
  if (isEnvOption(value)) return [];
  const hint =
    value === undefined ? `For a variable of the run write ${variable}: env("${variable}").` : 'Give it text, env("NAME") or secrets.NAME.';
  return [{ code: "ir.wrong-type", path: `env.${variable}`, message: `The variable ${variable} is ${describeValue(value)}.`, hint }];
}

function isEnvOption(value: unknown): boolean {
  return typeof value === "string" || value instanceof EnvReference || value instanceof SecretReference;
}

function isPolicy(value: unknown): value is CachePolicy {
  if (!isObject(value) || !("type" in value)) return false;
  if (value.type === "forever") return true;
  if (value.type === "ttl") return "ttl" in value && duration.accepts(value.ttl);
  if (value.type === "onChange") return "globs" in value && Array.isArray(value.globs) && value.globs.every(isGlob);
  if (value.type === "onValue") return "value" in value && typeof value.value === "string";
  return value.type === "all" && "of" in value && Array.isArray(value.of) && value.of.every(isPolicy);
}

function isGlob(value: unknown): boolean {
  return (
    isObject(value) && "pattern" in value && typeof value.pattern === "string" && "optional" in value && typeof value.optional === "boolean"
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && isPlain(value);
}
