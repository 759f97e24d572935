import type { Operation } from "./operation.ts";
import type { Policy } from "../model/pipeline.ts";

/**
 * What fast-check draws and shrinks. Numbers stand for steps: they are taken modulo the steps that may be meant, so that every
 * recipe, a shrunk one too, is a valid history.
 */
export interface HistoryRecipe {
  readonly steps: readonly StepRecipe[];
  readonly source: readonly SourceEdit[];
  readonly rounds: readonly (readonly EditRecipe[])[];
}

export interface StepRecipe {
  readonly parent: number | null;
  readonly uses: readonly number[];
  readonly after: readonly number[];
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly shell: readonly string[];
  readonly policy: Policy;
  readonly outputs: readonly string[] | null;
  readonly operations: readonly Operation[];
}

export type SourceEdit =
  | { readonly type: "write" | "append"; readonly path: string; readonly text: string }
  | { readonly type: "touch" | "delete" | "to-directory" | "mkdir"; readonly path: string }
  | { readonly type: "rename"; readonly from: string; readonly to: string }
  | { readonly type: "chmod"; readonly path: string; readonly mode: number }
  | { readonly type: "symlink"; readonly path: string; readonly target: string }
  | { readonly type: "ignore"; readonly file: ".gitignore" | "dir/.gitignore" | ".git/info/exclude"; readonly pattern: string }
  | { readonly type: "track" | "no-change" };

export type EditRecipe =
  | { readonly type: "source"; readonly edit: SourceEdit }
  /** Milliseconds; negative when the clock is set back. */
  | { readonly type: "time"; readonly by: number }
  | { readonly type: "evict"; readonly step: number }
  /** This run looks nothing up. */
  | { readonly type: "no-cache" }
  /** The system that steps stand on becomes another, as when a package is installed. */
  | { readonly type: "base" }
  /** The project's workspace goes elsewhere, as when the project is moved. */
  | { readonly type: "place" }
  /** A variable that passes from the user's environment into every sandbox. */
  | { readonly type: "proxy"; readonly value: string | null }
  | { readonly type: "secret"; readonly step: number; readonly variable: string; readonly name: string | null }
  | { readonly type: "rename-step"; readonly step: number }
  | { readonly type: "add-operation"; readonly step: number; readonly operation: Operation }
  | { readonly type: "drop-operation"; readonly step: number }
  | { readonly type: "pipeline-env"; readonly name: string; readonly value: string | null }
  | { readonly type: "env"; readonly step: number; readonly name: string; readonly value: string | null }
  | { readonly type: "policy"; readonly step: number; readonly policy: Policy }
  | { readonly type: "outputs"; readonly step: number; readonly outputs: readonly string[] | null }
  | { readonly type: "cwd"; readonly step: number; readonly cwd: string }
  | { readonly type: "shell"; readonly step: number; readonly shell: readonly string[] }
  | { readonly type: "parent"; readonly step: number; readonly parent: number | null };
