import { z } from "zod";
import { checkPipeline, type PartialIR } from "./check.ts";
import { IR_VERSION, type Base, type EnvValue, type GlobPattern, type IR, type IRStep, type Policy } from "./ir.ts";
import type { Problem } from "./problem.ts";
import { structureProblems } from "./structure-problems.ts";

// The types in ir.ts are the contract; `satisfies` keeps each schema to it in one direction and `validate` in the other.

const envValue = z.union([
  z.string(),
  z.strictObject({ env: z.string(), default: z.string().exactOptional() }),
  z.strictObject({ secret: z.string() }),
]) satisfies z.ZodType<EnvValue>;

const env = z.record(z.string(), envValue);

const base = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("host") }),
  z.strictObject({ type: z.literal("rootfs"), path: z.string() }),
  z.strictObject({ type: z.literal("image"), image: z.string() }),
]) satisfies z.ZodType<Base>;

const glob = z.strictObject({ pattern: z.string(), optional: z.boolean() }) satisfies z.ZodType<GlobPattern>;

const policy: z.ZodType<Policy> = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("none") }),
  z.strictObject({ type: z.literal("forever") }),
  z.strictObject({ type: z.literal("ttl"), ttl: z.number() }),
  z.strictObject({ type: z.literal("onChange"), globs: z.array(glob) }),
  z.strictObject({ type: z.literal("onValue"), value: z.string() }),
  z.strictObject({
    type: z.literal("all"),
    get of() {
      return z.array(policy);
    },
  }),
]);

const step = z.strictObject({
  id: z.string(),
  label: z.string().exactOptional(),
  command: z.string(),
  parent: z.string().nullable(),
  base: base.exactOptional(),
  after: z.array(z.string()),
  uses: z.array(z.string()),
  env,
  cwd: z.string(),
  shell: z.array(z.string()),
  cache: policy,
  outputs: z.array(z.string()).nullable(),
  timeout: z.number().exactOptional(),
  grace: z.number().exactOptional(),
  user: z.string().exactOptional(),
  network: z.enum(["default", "none"]).exactOptional(),
  resources: z.strictObject({ cpus: z.number().exactOptional(), memory: z.number().exactOptional() }).exactOptional(),
  git: z.boolean(),
}) satisfies z.ZodType<IRStep>;

const ir = z.strictObject({
  version: z.literal(IR_VERSION),
  pipeline: z.string(),
  env,
  timeout: z.number().exactOptional(),
  base,
  toolchains: z.array(z.string()),
  steps: z.array(step),
}) satisfies z.ZodType<IR>;

/** IR that holds to everything, or all that is wrong with it. */
export type Validation = { readonly type: "valid"; readonly ir: IR } | { readonly type: "invalid"; readonly problems: readonly Problem[] };

/** Reads IR from anywhere: its structure and everything that the structure cannot say, all problems at once. */
export function validate(value: unknown): Validation {
  const version = z.object({ version: z.number() }).safeParse(value);
  if (version.success && version.data.version !== IR_VERSION) return { type: "invalid", problems: [unsupported(version.data.version)] };
  const parsed = ir.safeParse(value);
  const problems = [
    ...(parsed.success ? [] : structureProblems(parsed.error, value)),
    ...checkPipeline(parsed.success ? parsed.data : readable(value)),
  ];
  return parsed.success && problems.length === 0 ? { type: "valid", ir: parsed.data } : { type: "invalid", problems };
}

/** The JSON Schema of IR v1, as published in `specs/ir-v1.schema.json`. */
export function irJsonSchema(): object {
  const id = "https://fresco.dev/specs/ir-v1.schema.json";
  return { $id: id, title: "Fresco pipeline, IR v1", ...z.toJSONSchema(ir, { target: "draft-2020-12" }) };
}

// Each field by itself: one that cannot be read becomes `undefined`.
const readableStep = z.object({
  id: lenient(step.shape.id),
  command: lenient(step.shape.command),
  parent: lenient(step.shape.parent),
  base: lenient(base),
  after: lenient(step.shape.after),
  uses: lenient(step.shape.uses),
  env: lenient(env),
  cwd: lenient(step.shape.cwd),
  shell: lenient(step.shape.shell),
  cache: lenient(policy),
  outputs: lenient(step.shape.outputs),
  timeout: lenient(z.number()),
  grace: lenient(z.number()),
  user: lenient(z.string()),
  resources: lenient(z.strictObject({ cpus: z.number().exactOptional(), memory: z.number().exactOptional() })),
  git: lenient(step.shape.git),
});
const readableIR = z.object({
  pipeline: lenient(ir.shape.pipeline),
  env: lenient(env),
  timeout: lenient(z.number()),
  base: lenient(base),
  toolchains: lenient(ir.shape.toolchains),
  steps: lenient(z.array(readableStep.catch({}))),
});

function lenient<T>(schema: z.ZodType<T>) {
  return schema.optional().catch(undefined);
}

/** What can be understood of broken IR, so that its other problems show as well. */
function readable(value: unknown): PartialIR {
  const parsed = readableIR.safeParse(value);
  return parsed.success ? parsed.data : {};
}

function unsupported(version: number): Problem {
  const message = `This is IR version ${version}, and this Fresco reads version ${IR_VERSION}.`;
  return {
    code: "ir.unsupported-version",
    path: "version",
    message,
    hint: "Use a Fresco that reads it, or write the IR again with this one.",
  };
}
