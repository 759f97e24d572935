import type { z } from "zod";
import type { Problem } from "./problem.ts";

type Issue = z.core.$ZodIssue;

/** What zod found, in the words of a pipeline's author. */
export function structureProblems(error: z.ZodError, value: unknown): readonly Problem[] {
  return error.issues.flatMap((issue) => issueProblems(issue, value));
}

function issueProblems(issue: Issue, value: unknown): readonly Problem[] {
  const path = describePath(issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      code: "ir.unknown-field",
      path: path === "" ? key : `${path}.${key}`,
      message: `There is no field "${key}" in IR v1.`,
      hint: "Remove it, or correct its name.",
    }));
  }
  if (at(value, issue.path) === undefined) {
    return [{ code: "ir.missing-field", path, message: "The field is missing.", hint: expected(issue) }];
  }
  return [{ code: "ir.wrong-type", path, message: "The field holds something else than it must.", hint: expected(issue) }];
}

function expected(issue: Issue): string {
  if (issue.code === "invalid_type") return `It must be of type ${issue.expected === "record" ? "object" : issue.expected}.`;
  if (issue.code === "invalid_value") return `It must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}.`;
  return `${issue.message}.`;
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined), value);
}

/** `["steps", 2, "command"]` as `steps[2].command`. */
function describePath(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}
