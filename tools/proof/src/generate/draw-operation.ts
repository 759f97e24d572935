import fc from "fast-check";
import { type Emphasis, oneOf } from "./emphasis.ts";
import * as names from "./names.ts";
import type { Operation } from "./operation.ts";

export const word = fc.constantFrom(...names.WORDS);
export const sourcePath = fc.constantFrom(...names.SOURCE_PATHS);
export const builtPath = fc.constantFrom(...names.BUILT_PATHS);
export const anyPath = fc.oneof(sourcePath, builtPath);

const readable = fc.oneof({ weight: 3, arbitrary: sourcePath }, { weight: 2, arbitrary: builtPath });
const place = fc.oneof(readable, fc.constantFrom(...names.DIRECTORIES));
const link = fc.constantFrom("link", "out/link");
const target = fc.constantFrom(...names.TARGETS);
const linked = fc.constantFrom(...names.LINKED_FILES);
const variable = fc.constantFrom(...names.VARIABLES);

/** Draws an operation that writes to such paths. */
export function operationOn(path: fc.Arbitrary<string>, { operations }: Emphasis): fc.Arbitrary<Operation> {
  const removable = fc.oneof(path, anyPath, fc.constantFrom("out", "out/deep", "dir", "dir/sub", "empty", "link"));
  return oneOf<Operation>(operations, [
    [6, "write", fc.record({ type: fc.constant("write"), path, text: word })],
    [3, "append", fc.record({ type: fc.constant("append"), path, text: word })],
    [5, "collect", fc.record({ type: fc.constant("collect"), from: readable, to: path })],
    [2, "show", fc.record({ type: fc.constant("show"), path: place })],
    [2, "list", fc.record({ type: fc.constant("list"), path: place })],
    [6, "remove", fc.record({ type: fc.constant("remove"), path: removable })],
    [2, "mkdir", fc.record({ type: fc.constant("mkdir"), path: fc.constantFrom("empty", "out", "out/deep", "out/hollow") })],
    [2, "move", fc.record({ type: fc.constant("move"), from: path, to: path })],
    [1, "move", fc.record({ type: fc.constant("move"), from: fc.constant("out"), to: fc.constantFrom("moved", "empty") })],
    [1, "to-directory", fc.record({ type: fc.constantFrom("to-directory", "to-file"), path })],
    [1, "to-file", fc.record({ type: fc.constant("to-file"), path: fc.constantFrom("out", "out/deep") })],
    [2, "chmod", fc.record({ type: fc.constant("chmod"), path, mode: fc.constantFrom("600", "755", "644", "640") })],
    [
      1,
      "chmod",
      fc.record({ type: fc.constant("chmod"), path: fc.constantFrom("out", "empty"), mode: fc.constantFrom("700", "755", "750") }),
    ],
    [2, "symlink", fc.record({ type: fc.constant("symlink"), path: link, target })],
    [2, "hardlink", fc.record({ type: fc.constant("hardlink"), name: linked, text: word })],
    [1, "unlink-one", fc.record({ type: fc.constant("unlink-one"), name: linked })],
    [1, "odd-name", fc.record({ type: fc.constant("odd-name"), text: word })],
    [1, "fifo", fc.record({ type: fc.constant("fifo") })],
    [2, "show-env", fc.record({ type: fc.constant("show-env"), name: variable, to: path })],
    [2, "draw", fc.record({ type: fc.constant("draw"), to: path })],
    [5, "home", fc.record({ type: fc.constant("home"), text: word })],
    [1, "fail-if", fc.record({ type: fc.constant("fail-if"), path: anyPath, code: fc.constantFrom(1, 3, 77) })],
  ]);
}
