import fc from "fast-check";
import * as names from "./names.ts";
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

const word = fc.constantFrom(...names.WORDS);
const sourcePath = fc.constantFrom(...names.SOURCE_PATHS);
const builtPath = fc.constantFrom(...names.BUILT_PATHS);
const anyPath = fc.oneof(sourcePath, builtPath);
const step = fc.nat(20);

function operationOn(path: fc.Arbitrary<string>): fc.Arbitrary<Operation> {
  const readable = fc.oneof({ weight: 3, arbitrary: sourcePath }, { weight: 2, arbitrary: builtPath });
  const draws: readonly (readonly [number, fc.Arbitrary<Operation>])[] = [
    [6, fc.record({ type: fc.constant("write"), path, text: word })],
    [3, fc.record({ type: fc.constant("append"), path, text: word })],
    [5, fc.record({ type: fc.constant("collect"), from: readable, to: path })],
    [4, fc.record({ type: fc.constantFrom("show", "list"), path: fc.oneof(readable, fc.constantFrom(...names.DIRECTORIES)) })],
    [6, fc.record({ type: fc.constant("remove"), path: fc.oneof(path, anyPath, fc.constantFrom("out", "out/deep", "dir", "dir/sub", "empty", "link")) })],
    [2, fc.record({ type: fc.constant("mkdir"), path: fc.constantFrom("empty", "out", "out/deep", "out/hollow") })],
    [2, fc.record({ type: fc.constant("move"), from: path, to: path })],
    [1, fc.record({ type: fc.constant("move"), from: fc.constant("out"), to: fc.constantFrom("moved", "empty") })],
    [1, fc.record({ type: fc.constantFrom("to-directory", "to-file"), path })],
    [1, fc.record({ type: fc.constantFrom("to-file"), path: fc.constantFrom("out", "out/deep") })],
    [2, fc.record({ type: fc.constant("chmod"), path, mode: fc.constantFrom("600", "755", "644", "640") })],
    [1, fc.record({ type: fc.constant("chmod"), path: fc.constantFrom("out", "empty"), mode: fc.constantFrom("700", "755", "750") })],
    [2, fc.record({ type: fc.constant("symlink"), path: fc.constantFrom("link", "out/link"), target: fc.constantFrom(...names.TARGETS) })],
    [2, fc.record({ type: fc.constant("hardlink"), name: fc.constantFrom(...names.LINKED_FILES), text: word })],
    [1, fc.record({ type: fc.constant("unlink-one"), name: fc.constantFrom(...names.LINKED_FILES) })],
    [1, fc.record({ type: fc.constant("odd-name"), text: word })],
    [1, fc.record({ type: fc.constant("fifo") })],
    [2, fc.record({ type: fc.constant("show-env"), name: fc.constantFrom(...names.VARIABLES), to: path })],
    [2, fc.record({ type: fc.constant("draw"), to: path })],
    [5, fc.record({ type: fc.constant("home"), text: word })],
    [1, fc.record({ type: fc.constant("fail-if"), path: fc.oneof(sourcePath, builtPath), code: fc.constantFrom(1, 3, 77) })],
  ];
  return fc.oneof(...draws.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

/** What a step that sees little writes where the source is would mostly break law 8; some of that is wanted. */
const careful = fc.array(fc.oneof({ weight: 30, arbitrary: operationOn(builtPath) }, { weight: 1, arbitrary: operationOn(anyPath) }), { minLength: 1, maxLength: 4 });
const careless = fc.array(operationOn(anyPath), { minLength: 1, maxLength: 5 });

const globs = fc.array(fc.record({ pattern: fc.constantFrom(...names.GLOBS), optional: fc.constant(true) }), { minLength: 1, maxLength: 3 });
const ttl = fc.constantFrom(1_000, 60_000, 3_600_000);
const condition: fc.Arbitrary<Policy> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant("forever") }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant("onChange"), globs }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("ttl"), ttl }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("onValue"), value: fc.constantFrom('"1"', '"2"') }) },
);
const cached: fc.Arbitrary<Policy> = fc.oneof(
  { weight: 4, arbitrary: condition },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("all"), of: fc.array(condition, { minLength: 1, maxLength: 3 }) }) },
);
const outputs = fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constantFrom(...names.OUTPUTS) });
const cwd = fc.oneof({ weight: 5, arbitrary: fc.constant(".") }, { weight: 1, arbitrary: fc.constantFrom(...names.DIRECTORIES_TO_WORK_IN) });
const shell = fc.oneof({ weight: 6, arbitrary: fc.constant(names.SHELLS[0]) }, { weight: 1, arbitrary: fc.constantFrom(...names.SHELLS) });
const value = fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 2, arbitrary: fc.constantFrom("", "two words") });
const parent = fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 3, arbitrary: step });
const env = fc.dictionary(fc.constantFrom(...names.VARIABLES), fc.constantFrom("", "two words"), { maxKeys: 2 });

function stepWith(policy: fc.Arbitrary<Policy>, operations: fc.Arbitrary<readonly Operation[]>): fc.Arbitrary<StepRecipe> {
  const uses = fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(step, { minLength: 1, maxLength: 2 }) });
  const after = fc.oneof({ weight: 6, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(step, { minLength: 1, maxLength: 1 }) });
  return fc.record({ parent, uses, after, env, cwd, shell, policy, outputs, operations });
}

const stepRecipe = fc.oneof(
  { weight: 3, arbitrary: stepWith(cached, careful) },
  { weight: 1, arbitrary: stepWith(fc.constant({ type: "none" }), careless) },
);

const sourceEdit: fc.Arbitrary<SourceEdit> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constantFrom("write", "append"), path: sourcePath, text: word }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("touch"), path: sourcePath }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("delete"), path: sourcePath }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("delete"), path: fc.constantFrom("dir", "dir/sub", "made.txt") }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("rename"), from: sourcePath, to: sourcePath }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("to-directory"), path: sourcePath }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("mkdir"), path: fc.constantFrom("hollow", "dir/hollow") }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("chmod"), path: sourcePath, mode: fc.constantFrom(0o755, 0o644, 0o600) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("symlink"), path: sourcePath, target: fc.constantFrom(...names.TARGETS) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("ignore"),
      file: fc.constantFrom(".gitignore", "dir/.gitignore", ".git/info/exclude"),
      pattern: fc.constantFrom(...names.IGNORED),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("write"), path: builtPath, text: word }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("track") }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("no-change") }) },
);

const editRecipe: fc.Arbitrary<EditRecipe> = fc.oneof(
  { weight: 18, arbitrary: fc.record({ type: fc.constant("source"), edit: sourceEdit }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant("time"), by: fc.constantFrom(500, 1_000, 60_000, 3_600_000, -500, -60_000) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("evict"), step }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("rename-step"), step }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("add-operation"), step, operation: operationOn(builtPath) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("drop-operation"), step }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("pipeline-env"), name: fc.constantFrom(...names.VARIABLES), value }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("env"), step, name: fc.constantFrom(...names.VARIABLES), value }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("policy"), step, policy: fc.oneof({ weight: 5, arbitrary: cached }, { weight: 1, arbitrary: fc.constant<Policy>({ type: "none" }) }) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("outputs"), step, outputs }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("cwd"), step, cwd: fc.constantFrom(...names.DIRECTORIES_TO_WORK_IN) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("shell"), step, shell: fc.constantFrom(...names.SHELLS) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("parent"), step, parent }) },
);

/** Pipelines of two to seven steps, and three to eight rounds; the first round has the initial source. */
export const historyRecipe: fc.Arbitrary<HistoryRecipe> = fc.record({
  steps: fc.array(stepRecipe, { minLength: 2, maxLength: 7, size: "max" }),
  source: fc.array(fc.record({ type: fc.constant("write"), path: sourcePath, text: word }), { minLength: 2, maxLength: 8, size: "max" }),
  rounds: fc.array(fc.array(editRecipe, { minLength: 0, maxLength: 2 }), { minLength: 2, maxLength: 7, size: "max" }),
});
