import type { KeyFields } from "@fresco/cache-keys";
import type { Reason } from "@fresco/lifecycle";
import type { BytePath, IR } from "@fresco/pipeline";
import type { LeftStep, StoredEvent } from "@fresco/ports";

/**
 * What this package wrote as JSON and reads again. The guards look at enough to tell a column from another one; they are no validation
 * of strangers' data, of which there is none here.
 */
export function parseFields(json: string): KeyFields {
  return parse(
    json,
    (value): value is KeyFields => isObject(value) && typeof value["command"] === "string" && Array.isArray(value["view"]),
    "key fields",
  );
}

export function parseReason(json: string): Reason {
  return parse(json, (value): value is Reason => isObject(value) && typeof value["type"] === "string", "a reason");
}

export function parseLeftStep(json: string): LeftStep {
  return parse(json, (value): value is LeftStep => isObject(value) && typeof value["token"] === "string", "the remains of a step");
}

export function parseEvent(json: string): StoredEvent {
  return parse(
    json,
    (value): value is StoredEvent => isObject(value) && typeof value["type"] === "string" && typeof value["run"] === "string",
    "an event",
  );
}

export function parseIR(json: string): IR {
  return parse(json, (value): value is IR => isObject(value) && Array.isArray(value["steps"]), "a pipeline");
}

export function parsePaths(json: string): readonly BytePath[] {
  return parse(
    json,
    (value): value is readonly BytePath[] => Array.isArray(value) && value.every((path) => typeof path === "string"),
    "paths",
  );
}

function parse<T>(json: string, is: (value: unknown) => value is T, what: string): T {
  const value: unknown = JSON.parse(json);
  if (!is(value)) throw new TypeError(`a column does not hold ${what}: ${json.slice(0, 80)}`);
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
