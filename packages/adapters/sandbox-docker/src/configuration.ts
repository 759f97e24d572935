import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The user's environment, as values. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where Docker's own client keeps what it was told. */
export function configurationDirectory(environment: Environment): string {
  return environment["DOCKER_CONFIG"] ?? join(environment["HOME"] ?? "/", ".docker");
}

/** The configuration of Docker's own client; empty where there is none. */
export function configuration(environment: Environment): Readonly<Record<string, unknown>> {
  const read = readJson(join(configurationDirectory(environment), "config.json"));
  return isRecord(read) ? read : {};
}

export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    // Not there or damaged: then nothing is configured.
    return undefined;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
