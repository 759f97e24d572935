import { displayPath } from "@fresco/pipeline";
import type { Difference, FieldValue, ViewChange } from "./explain.ts";

/** One sentence for a reader. Values of variables are never in it. */
export function describeDifference(difference: Difference): string {
  switch (difference.field) {
    case "view":
      return `The file ${displayPath(difference.path)} ${VIEW_WORDS[difference.change]}.`;
    case "env":
      return `The variable ${difference.name} ${variableWords(difference)}.`;
    case "inherited":
      return `The variable ${difference.name}, which the sandbox passes on, ${variableWords(difference)}.`;
    case "secrets":
      return secretWords(difference.name, difference.before, difference.after);
    case "layers":
      return `The ${difference.stack} layer at position ${difference.position + 1} beneath the step ${layerWords(difference)}.`;
    case "sandbox":
      return `The sandbox's ${SANDBOX_WORDS[difference.part]} changed from ${show(difference.before)} to ${show(difference.after)}.`;
    case "options":
      return `The option ${difference.option} changed from ${show(difference.before)} to ${show(difference.after)}.`;
    case "base":
    case "command":
    case "shell":
    case "cwd":
    case "outputs":
    case "values":
      return `${FIELD_WORDS[difference.field]} changed from ${show(difference.before)} to ${show(difference.after)}.`;
  }
}

const VIEW_WORDS: Readonly<Record<ViewChange, string>> = {
  added: "is new",
  removed: "is gone",
  mode: "has another mode",
  content: "has other content",
  "mode-and-content": "has another mode and other content",
};

const SANDBOX_WORDS = { kind: "kind", capabilities: "capabilities", workspace: "workspace path" } as const;

const FIELD_WORDS = {
  base: "The base",
  command: "The command",
  shell: "The shell",
  cwd: "The working directory",
  outputs: "The declared outputs",
  values: "A value given to onValue",
} as const;

interface Sides {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

function variableWords({ before, after }: Sides): string {
  if (before === undefined) return "is new";
  return after === undefined ? "is not set any more" : "has another value";
}

function secretWords(name: string, before: string | undefined, after: string | undefined): string {
  if (before === undefined) return `The variable ${name} carries the secret ${after}, which it did not.`;
  if (after === undefined) return `The variable ${name} does not carry the secret ${before} any more.`;
  return `The variable ${name} carries the secret ${after} in place of ${before}.`;
}

function layerWords({ before, after }: Sides): string {
  if (before === undefined) return "is new";
  return after === undefined ? "is gone" : "has other content";
}

function show(value: FieldValue): string {
  if (value === null) return "the default";
  return typeof value === "string" || typeof value === "number"
    ? JSON.stringify(value)
    : `[${value.map((item) => JSON.stringify(item)).join(", ")}]`;
}
