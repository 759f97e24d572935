import { FrescoError } from "@fresco/ports";

/** One thing that was looked at. */
export interface Finding {
  readonly topic: "node" | "git" | "docker" | "state" | "store" | "workspaces" | "sandbox" | "toolchains" | "leftovers";
  /** `problem`: no run would work. `note`: a run works, and something about it is worth knowing. */
  readonly status: "ok" | "note" | "problem";
  readonly text: string;
  /** What to do now. */
  readonly hint?: string;
}

/** What was thrown, as a problem. */
export function problemOf(topic: Finding["topic"], error: unknown): Finding {
  const text = error instanceof Error ? error.message : String(error);
  return { topic, status: "problem", text, ...(error instanceof FrescoError && error.hint !== undefined ? { hint: error.hint } : {}) };
}
