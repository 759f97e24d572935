import type { EnvValue, IR, IRStep } from "@fresco/pipeline";

/** A step's declared environment with every reference resolved. */
export interface StepEnvironment {
  /** Without secrets: this is what keys cover. */
  readonly env: Readonly<Record<string, string>>;
  /** Variable → name of its secret. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Everything, secrets included: what the process gets. */
  readonly complete: Readonly<Record<string, string>>;
}

export interface EnvironmentInput {
  readonly environment: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

export type ResolvedEnvironment =
  | { readonly type: "resolved"; readonly steps: ReadonlyMap<string, StepEnvironment> }
  /** Every missing variable and secret, each with the steps that want it. */
  | {
      readonly type: "missing";
      readonly variables: ReadonlyMap<string, readonly string[]>;
      readonly secrets: ReadonlyMap<string, readonly string[]>;
    };

/** Resolves `env()` and `secrets` references of the selected steps. Variables given for the run win over the pipeline's and the step's. */
export function resolveEnvironment(ir: IR, steps: readonly IRStep[], input: EnvironmentInput): ResolvedEnvironment {
  const resolved = new Map<string, StepEnvironment>();
  const variables = new Map<string, string[]>();
  const secrets = new Map<string, string[]>();
  for (const step of steps) {
    const declared: Record<string, EnvValue> = { CI: "true", ...ir.env, ...step.env, ...input.env };
    const env: Record<string, string> = {};
    const names: Record<string, string> = {};
    const complete: Record<string, string> = {};
    for (const [name, value] of Object.entries(declared)) {
      if (typeof value === "string") {
        env[name] = complete[name] = value;
      } else if ("secret" in value) {
        const content = input.secrets[value.secret];
        if (content === undefined) note(secrets, value.secret, step.id);
        else complete[name] = content;
        names[name] = value.secret;
      } else {
        const content = input.env[value.env] ?? input.environment[value.env] ?? value.default;
        if (content === undefined) note(variables, value.env, step.id);
        else env[name] = complete[name] = content;
      }
    }
    resolved.set(step.id, { env, secrets: names, complete });
  }
  return variables.size + secrets.size > 0 ? { type: "missing", variables, secrets } : { type: "resolved", steps: resolved };
}

function note(into: Map<string, string[]>, name: string, step: string): void {
  const steps = into.get(name);
  if (steps === undefined) into.set(name, [step]);
  else steps.push(step);
}
