import { availableParallelism } from "node:os";
import { parseDuration } from "@fresco/pipeline";
import { type CommandOptions, oneOf, type ParsedArguments, projectOptions, usageError } from "../arguments.ts";
import type { LogMode } from "../output/human.ts";
import type { PlanningRequest } from "../planning.ts";
import { PULL_CHOICES, type PullChoice, SANDBOX_CHOICES, type SandboxChoice } from "../sandbox-choice.ts";

export const RUN_USAGE = "fresco run [PIPELINE|STEP] [options]";

/** Options that decide what a run does; `plan` takes them too. */
export const planningOptions: CommandOptions = {
  ...projectOptions,
  env: { type: "string", short: "e", multiple: true, value: "NAME=VALUE", help: "set a variable in every step, and for env() references" },
  secret: { type: "string", multiple: true, value: "NAME[=VALUE]", help: "give a secret; without VALUE it is taken from the environment" },
  only: { type: "string", multiple: true, value: "STEP", help: "run only this step and what it needs" },
  from: { type: "string", value: "STEP", help: "execute this step and what depends on it; the rest comes from the cache" },
  "no-cache": { type: "boolean", help: "do not read the cache; results are still stored" },
  sandbox: { type: "string", value: SANDBOX_CHOICES.join("|"), help: "where steps run" },
  pull: { type: "string", value: PULL_CHOICES.join("|"), help: "when images are fetched from their registry (default: missing)" },
  format: { type: "string", value: "human|json", help: "for a person, or one JSON event a line" },
};

export const runOptions: CommandOptions = {
  ...planningOptions,
  parallel: {
    type: "string",
    short: "j",
    value: "N|50%",
    help: "how many steps execute at the same time (default: the number of processors)",
  },
  "keep-going": { type: "boolean", short: "k", help: "go on with what does not need the failed step" },
  timeout: { type: "string", value: "DURATION", help: 'end the run after this time, such as "10m"' },
  export: { type: "string", multiple: true, value: "STEP=DIR", help: "copy the step's outputs into DIR when the run has passed" },
  force: { type: "boolean", help: "let --export write over files that changed since the run began" },
  logs: { type: "string", value: "stream|grouped|failed", help: "which output of steps to show, and when" },
  "dry-run": { type: "boolean", short: "n", help: "say what would run, and run nothing (`fresco plan`)" },
};

export interface Assignment {
  readonly name: string;
  readonly value: string;
}

/** What {@link planningOptions} say. @throws FrescoError `usage.*`, `secret.missing`. */
export function planningOf(parsed: ParsedArguments, usage: string): PlanningRequest {
  return {
    name: parsed.positionals[0],
    only: parsed.texts("only"),
    from: parsed.text("from"),
    env: environmentOf(parsed, usage),
    secrets: secretsOf(parsed, process.env, usage),
    readCache: !parsed.flag("no-cache"),
    sandbox: sandboxOf(parsed.text("sandbox"), usage),
    pull: pullOf(parsed.text("pull"), usage),
  };
}

/** @throws FrescoError `usage.env` for what is no NAME=VALUE. */
function environmentOf(parsed: ParsedArguments, usage: string): Readonly<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const text of parsed.texts("env")) {
    const { name, value } = assignment(text) ?? {};
    if (name === undefined || value === undefined) throw usageError("usage.env", `-e ${text} is no NAME=VALUE`, usage);
    env[name] = value;
  }
  return env;
}

/** @throws FrescoError `secret.missing` when a secret named without a value is not in the environment. */
function secretsOf(
  parsed: ParsedArguments,
  environment: Readonly<Record<string, string | undefined>>,
  usage: string,
): Readonly<Record<string, string>> {
  // Every user of the machine can read the arguments of a process; this overwrites them.
  if (parsed.texts("secret").some((text) => text.includes("="))) process.title = "fresco";
  const secrets: Record<string, string> = {};
  const missing: string[] = [];
  for (const text of parsed.texts("secret")) {
    const given = text.includes("=") ? assignment(text) : { name: text, value: environment[text] };
    if (given === undefined || !isName(given.name)) throw usageError("usage.secret", "--secret wants NAME or NAME=VALUE", usage);
    if (given.value === undefined) missing.push(given.name);
    else secrets[given.name] = given.value;
  }
  if (missing.length > 0) throw usageError("secret.missing", `no value for ${missing.join(", ")}: not in the environment`, usage);
  return secrets;
}

/** @throws FrescoError `usage.parallel`. */
export function parallelOf(text: string | undefined, usage: string): number {
  const processors = availableParallelism();
  if (text === undefined) return processors;
  const match = /^([1-9]\d{0,3})(%?)$/.exec(text);
  if (match === null) throw usageError("usage.parallel", `-j ${text} is neither a number from 1 to 9999 nor a percentage`, usage);
  const amount = Number(match[1]);
  return match[2] === "%" ? Math.max(1, Math.floor((processors * amount) / 100)) : amount;
}

/** @throws FrescoError `usage.timeout`. */
export function timeoutOf(text: string | undefined, usage: string): number | undefined {
  if (text === undefined) return undefined;
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined || milliseconds <= 0)
    throw usageError("usage.timeout", `--timeout ${text} is no duration such as "90s" or "1h30m"`, usage);
  return milliseconds;
}

/** @throws FrescoError `usage.sandbox`. */
function sandboxOf(text: string | undefined, usage: string): SandboxChoice {
  return oneOf(text ?? "auto", SANDBOX_CHOICES, "sandbox", usage);
}

/** @throws FrescoError `usage.pull`. */
function pullOf(text: string | undefined, usage: string): PullChoice {
  return oneOf(text ?? "missing", PULL_CHOICES, "pull", usage);
}

/** @throws FrescoError `usage.logs`. */
export function logModeOf(text: string | undefined, usage: string): LogMode {
  return oneOf(text ?? "stream", ["stream", "grouped", "failed"], "logs", usage);
}

/** @throws FrescoError `usage.export`. */
export function exportsOf(parsed: ParsedArguments, usage: string): readonly { readonly step: string; readonly directory: string }[] {
  return parsed.texts("export").map((text) => {
    const at = text.indexOf("=");
    if (at <= 0 || at === text.length - 1) throw usageError("usage.export", `--export ${text} is no STEP=DIR`, usage);
    return { step: text.slice(0, at), directory: text.slice(at + 1) };
  });
}

function assignment(text: string): Assignment | undefined {
  const at = text.indexOf("=");
  const name = text.slice(0, at);
  return at > 0 && isName(name) ? { name, value: text.slice(at + 1) } : undefined;
}

function isName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
}
