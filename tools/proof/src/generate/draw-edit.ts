import fc from "fast-check";
import { builtPath, operationOn, sourcePath, word } from "./draw-operation.ts";
import * as draw from "./draw-step.ts";
import { type Emphasis, oneOf } from "./emphasis.ts";
import * as names from "./names.ts";
import type { EditRecipe, SourceEdit } from "./recipe.ts";

const step = draw.step;
const variable = fc.constantFrom(...names.VARIABLES);
const value = fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 2, arbitrary: fc.constantFrom("", "two words") });

/** Draws what happens between two runs. */
export function editRecipe(emphasis: Emphasis): fc.Arbitrary<EditRecipe> {
  const policy = oneOf(undefined, [
    [5, "cached", draw.cached(emphasis)],
    [1, "none", draw.none],
  ]);
  return oneOf<EditRecipe>(emphasis.edits, [
    [18, "source", fc.record({ type: fc.constant("source"), edit: sourceEdit(emphasis) })],
    [5, "time", fc.record({ type: fc.constant("time"), by: fc.constantFrom(500, 1_000, 60_000, 3_600_000, -500, -60_000) })],
    [2, "evict", fc.record({ type: fc.constant("evict"), step })],
    [1, "no-cache", fc.record({ type: fc.constant("no-cache") })],
    [1, "base", fc.record({ type: fc.constant("base") })],
    [1, "place", fc.record({ type: fc.constant("place") })],
    [1, "proxy", fc.record({ type: fc.constant("proxy"), value: fc.constantFrom(...names.PROXIES, null) })],
    [2, "secret", fc.record({ type: fc.constant("secret"), step, variable: fc.constant(names.SECRET_VARIABLE), name: draw.secret })],
    [1, "rename-step", fc.record({ type: fc.constant("rename-step"), step })],
    [2, "add-operation", fc.record({ type: fc.constant("add-operation"), step, operation: operationOn(builtPath, emphasis) })],
    [1, "drop-operation", fc.record({ type: fc.constant("drop-operation"), step })],
    [1, "pipeline-env", fc.record({ type: fc.constant("pipeline-env"), name: variable, value })],
    [3, "env", fc.record({ type: fc.constant("env"), step, name: variable, value })],
    [3, "policy", fc.record({ type: fc.constant("policy"), step, policy })],
    [4, "outputs", fc.record({ type: fc.constant("outputs"), step, outputs: draw.outputs })],
    [4, "cwd", fc.record({ type: fc.constant("cwd"), step, cwd: fc.constantFrom(...names.DIRECTORIES_TO_WORK_IN) })],
    [4, "shell", fc.record({ type: fc.constant("shell"), step, shell: fc.constantFrom(...names.SHELLS) })],
    [1, "parent", fc.record({ type: fc.constant("parent"), step, parent: draw.parent })],
  ]);
}

function sourceEdit({ edits }: Emphasis): fc.Arbitrary<SourceEdit> {
  const ignoreFile = fc.constantFrom(".gitignore", "dir/.gitignore", ".git/info/exclude");
  return oneOf<SourceEdit>(edits, [
    [4, "write", fc.record({ type: fc.constant("write"), path: sourcePath, text: word })],
    [4, "append", fc.record({ type: fc.constant("append"), path: sourcePath, text: word })],
    [3, "touch", fc.record({ type: fc.constant("touch"), path: sourcePath })],
    [3, "delete", fc.record({ type: fc.constant("delete"), path: sourcePath })],
    [1, "delete", fc.record({ type: fc.constant("delete"), path: fc.constantFrom("dir", "dir/sub", "made.txt") })],
    [4, "rename", fc.record({ type: fc.constant("rename"), from: sourcePath, to: sourcePath })],
    [1, "to-directory", fc.record({ type: fc.constant("to-directory"), path: sourcePath })],
    [1, "mkdir", fc.record({ type: fc.constant("mkdir"), path: fc.constantFrom("hollow", "dir/hollow") })],
    [4, "chmod", fc.record({ type: fc.constant("chmod"), path: sourcePath, mode: fc.constantFrom(0o755, 0o755, 0o644, 0o600) })],
    [1, "symlink", fc.record({ type: fc.constant("symlink"), path: sourcePath, target: fc.constantFrom(...names.TARGETS) })],
    [2, "ignore", fc.record({ type: fc.constant("ignore"), file: ignoreFile, pattern: fc.constantFrom(...names.IGNORED) })],
    [1, "shadow", fc.record({ type: fc.constant("write"), path: builtPath, text: word })],
    [1, "track", fc.record({ type: fc.constant("track") })],
    [2, "no-change", fc.record({ type: fc.constant("no-change") })],
  ]);
}
