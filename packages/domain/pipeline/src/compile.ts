import { parseDuration, type Duration } from "./duration.ts";
import type { Base, EnvValue, IRStep, Policy } from "./ir.ts";
import { readStepOptions } from "./options.ts";
import type { CachePolicy } from "./policy.ts";
import type { Problem } from "./problem.ts";
import { EnvReference } from "./reference.ts";
import { parseSize } from "./size.ts";
import { Scratch, Step, type EnvOption, type ScratchBase, type StepOptions } from "./step.ts";

export type Report = (problem: Problem) => void;

interface Surroundings {
  readonly ids: ReadonlyMap<Step, string>;
  /** Steps that a barrier puts before this one. */
  readonly held: readonly Step[];
  readonly report: Report;
}

/** One step as IR. What cannot be said in IR is reported and left out. */
export function compileStep(step: Step, path: string, { ids, held, report }: Surroundings): IRStep {
  const options = readStepOptions(step.options, path, report);
  const references = (steps: readonly Step[]) => [...new Set(steps.flatMap((needed) => ids.get(needed) ?? []))];
  return {
    id: ids.get(step) ?? "",
    ...(options.label === undefined ? {} : { label: options.label }),
    command: step.command,
    parent: step.on instanceof Step ? (ids.get(step.on) ?? null) : null,
    ...stepBase(step, options, path, report),
    after: references([...(options.after ?? []), ...held]),
    uses: references(options.uses ?? []),
    env: compileEnv(options.env),
    cwd: normalised(options.cwd ?? "."),
    shell:
      typeof options.shell === "string" ? options.shell.split(" ").filter((word) => word !== "") : (options.shell ?? ["/bin/sh", "-e"]),
    cache: compilePolicy(options.cache, `${path}.cache`, report),
    outputs: options.outputs ?? null,
    ...compileDuration("timeout", options.timeout, `${path}.timeout`, report),
    ...compileDuration("grace", options.grace, `${path}.grace`, report),
    ...(options.user === undefined ? {} : { user: options.user }),
    ...(options.network === undefined ? {} : { network: options.network }),
    ...compileResources(options.resources, `${path}.resources`, report),
    git: options.git ?? false,
  };
}

function compileResources(resources: StepOptions["resources"], path: string, report: Report): Pick<IRStep, "resources"> {
  if (resources === undefined) return {};
  const { cpus, memory } = resources;
  const bytes = memory === undefined ? undefined : parseSize(memory);
  if (memory !== undefined && bytes === undefined) {
    report({
      code: "ir.bad-size",
      path: `${path}.memory`,
      message: `${JSON.stringify(memory)} is no amount of memory.`,
      hint: 'Write a whole number with a unit, such as "512m" or "2g", or a number of bytes.',
    });
  }
  return { resources: { ...(cpus === undefined ? {} : { cpus }), ...(bytes === undefined ? {} : { memory: bytes }) } };
}

export function compileEnv(variables: Readonly<Record<string, EnvOption>> = {}): Readonly<Record<string, EnvValue>> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, envValue(value)]));
}

export function compileBase(base: "host" | ScratchBase = "host"): Base {
  if (base === "host") return { type: "host" };
  return "image" in base ? { type: "image", image: base.image } : { type: "rootfs", path: base.rootfs };
}

/** `{ [name]: milliseconds }`, or nothing when there is no duration or a malformed one, which is reported. */
export function compileDuration<Name extends string>(
  name: Name,
  duration: Duration | undefined,
  path: string,
  report: Report,
): { [key in Name]?: number } {
  const milliseconds = duration === undefined ? undefined : readDuration(duration, path, report);
  const compiled: { [key in Name]?: number } = {};
  if (milliseconds !== undefined) compiled[name] = milliseconds;
  return compiled;
}

function stepBase(step: Step, { image }: StepOptions, path: string, report: Report): { readonly base?: Base } {
  if (image === undefined) return step.on instanceof Scratch ? { base: compileBase(step.on.base) } : {};
  if (step.on instanceof Scratch) {
    report({
      code: "ir.bad-base",
      path: `${path}.image`,
      message: "The step names an image and stands on scratch().",
      hint: "Leave one of them out.",
    });
  }
  return { base: { type: "image", image } };
}

function compilePolicy(policy: CachePolicy | undefined, path: string, report: Report): Policy {
  if (policy === undefined) return { type: "none" };
  if (policy.type === "ttl") return { type: "ttl", ttl: readDuration(policy.ttl, `${path}.ttl`, report) ?? 1 };
  if (policy.type === "all")
    return { type: "all", of: policy.of.map((part, index) => compilePolicy(part, `${path}.of[${index}]`, report)) };
  return policy;
}

function readDuration(duration: Duration, path: string, report: Report): number | undefined {
  const milliseconds = parseDuration(duration);
  if (milliseconds === undefined) {
    report({
      code: "ir.bad-duration",
      path,
      message: `${JSON.stringify(duration)} is no duration.`,
      hint: 'Write whole numbers with units, large to small, such as "90s", "1h30m" or "7d", or a number of milliseconds.',
    });
  }
  return milliseconds;
}

function envValue(value: EnvOption): EnvValue {
  if (typeof value === "string") return value;
  if (!(value instanceof EnvReference)) return { secret: value.secret };
  return value.default === undefined ? { env: value.env } : { env: value.env, default: value.default };
}

/** Without `.` and doubled or trailing slashes; a leading slash and `..` stay, for validation to see. */
function normalised(cwd: string): string {
  const path = cwd
    .split("/")
    .filter((segment) => segment !== "" && segment !== ".")
    .join("/");
  return cwd.startsWith("/") ? `/${path}` : path || ".";
}
