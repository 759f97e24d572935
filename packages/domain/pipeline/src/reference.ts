import { PipelineError } from "./problem.ts";

/** Stands for a variable of the run's environment. Made by {@link env}. */
export class EnvReference {
  readonly env: string;
  readonly default: string | undefined;

  constructor(name: string, defaultValue: string | undefined) {
    this.env = name;
    this.default = defaultValue;
    Object.freeze(this);
  }

  [Symbol.toPrimitive](): never {
    throw coerced(`env("${this.env}")`, this.env);
  }

  toJSON(): never {
    throw coerced(`env("${this.env}")`, this.env);
  }
}

/** Stands for a secret of the run. Made by {@link secrets}. */
export class SecretReference {
  readonly secret: string;

  constructor(name: string) {
    this.secret = name;
    Object.freeze(this);
  }

  [Symbol.toPrimitive](): never {
    throw coerced(`secrets.${this.secret}`, this.secret);
  }

  toJSON(): never {
    throw coerced(`secrets.${this.secret}`, this.secret);
  }
}

/**
 * A variable of the run's environment, resolved when the run starts. Only good as a value in `env: { … }`.
 * Without a default, a run without the variable leaves it unset.
 */
export function env(name: string, defaultValue?: string): EnvReference {
  return new EnvReference(name, defaultValue);
}

/** `secrets.NAME`: a secret of the run, resolved when the run starts and masked in every output. Only good as a value in `env: { … }`. */
export const secrets: Readonly<Record<string, SecretReference>> = new Proxy<Record<string, SecretReference>>(
  {},
  { get: (_, name) => (typeof name === "string" ? new SecretReference(name) : undefined) },
);

function coerced(written: string, name: string): PipelineError {
  return new PipelineError([
    {
      code: "ir.coerced-reference",
      path: "",
      message: `${written} has no value while the pipeline is loaded: it is resolved when the run starts.`,
      hint: `Pass it as env: { ${name}: ${written} } and write $${name} in the command.`,
    },
  ]);
}
