import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { root } from "../packages.ts";

it("The built command carries SQL, not the builder that it is made with", () => {
  const built = globSync("apps/cli/dist/*.js", { cwd: root }).map((file) => readFileSync(path.join(root, file), "utf8"));
  expect(built.some((text) => text.includes('update "runs" set'))).toBe(true);
  expect(built.filter((text) => text.includes("SelectQueryNode"))).toEqual([]);
});
