import type { EnvValue, IR } from "./ir.ts";

/** Names of the variables of the run's environment that the pipeline refers to, sorted. */
export function referencedVariables(ir: IR): readonly string[] {
  return sorted(values(ir).flatMap((value) => (typeof value === "object" && "env" in value ? [value.env] : [])));
}

/** Names of the secrets that the pipeline refers to, sorted. */
export function referencedSecrets(ir: IR): readonly string[] {
  return sorted(values(ir).flatMap((value) => (typeof value === "object" && "secret" in value ? [value.secret] : [])));
}

function values(ir: IR): readonly EnvValue[] {
  return [ir, ...ir.steps].flatMap(({ env }) => Object.values(env));
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
