import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { root } from "../../setup/packages.ts";
import { type Outcome, outcomeOf } from "../process.ts";

/** Runs one test file, as `npm test` runs all, in a folder of its own. */
async function runTests(text: string): Promise<Outcome> {
  const directory = mkdtempSync(path.join(os.tmpdir(), "fresco-skips-"));
  try {
    symlinkSync(path.join(root, "node_modules"), path.join(directory, "node_modules"));
    writeFileSync(path.join(directory, "some.test.js"), `import { describe, it } from "vitest";\n${text}`);
    const reporter = path.join(root, "tools/checks/skip-reporter.ts");
    const parameters = [path.join(root, "node_modules/vitest/vitest.mjs"), "run", "--root", directory, `--reporter=${reporter}`];
    return await outcomeOf(process.execPath, parameters, { cwd: directory });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

it("A skip is printed with its reason", async () => {
  const { code, stdout } = await runTests('describe("d", () => it("a", (t) => t.skip("there is no moon")));\nit("b", () => {});');
  expect(stdout).toBe("skipped some.test.js > d > a: there is no moon\n");
  expect(code).toBe(0);
});

it("A skip without a reason fails the run", async () => {
  const { code, stdout } = await runTests('it.skip("a", () => {});\ndescribe.skip("d", () => it("b", () => {}));');
  expect(stdout.split("\n")).toEqual([
    "FAILED  some.test.js > a: it was skipped without a reason",
    "FAILED  some.test.js > d > b: it was skipped without a reason",
    "",
  ]);
  expect(code).toBe(1);
});
