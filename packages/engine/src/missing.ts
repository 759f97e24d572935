import { FrescoError } from "@fresco/ports";
import type { ResolvedEnvironment } from "./environment.ts";

/** One error for all variables and secrets that a run lacks. */
export function missingError(missing: Extract<ResolvedEnvironment, { type: "missing" }>): FrescoError {
  const lines = [
    ...[...missing.variables].map(([name, steps]) => `the variable ${name} is not set and has no default (wanted by ${wantedBy(steps)})`),
    ...[...missing.secrets].map(([name, steps]) => `the secret ${name} has no value (wanted by ${wantedBy(steps)})`),
  ];
  const cures = [
    ...(missing.variables.size > 0 ? ["set it, pass `-e NAME=VALUE`, or give env() a default"] : []),
    ...(missing.secrets.size > 0 ? ["pass `--secret NAME` with the variable NAME set, or `--secret NAME=VALUE`"] : []),
  ];
  const code = missing.secrets.size > 0 && missing.variables.size === 0 ? "secret.missing" : "env.missing";
  return new FrescoError(code, lines.join("\n"), { kind: "input", hint: cures.join("; ") });
}

function wantedBy(steps: readonly string[]): string {
  return `${steps.length === 1 ? "step" : "steps"} ${steps.slice(0, 5).join(", ")}${steps.length > 5 ? ", …" : ""}`;
}
