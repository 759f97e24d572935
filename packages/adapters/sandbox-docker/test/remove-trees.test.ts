import { chmodSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { removeTrees } from "../src/remove-trees.ts";

it("removes directories that are closed, while the removal of others goes on", async ({ skip }) => {
  skip(process.geteuid?.() === 0, "nothing is closed to root");
  const directory = mkdtempSync(join(tmpdir(), "fresco-trees-"));
  for (let count = 0; count < 600; count += 1) {
    const step = join(directory, `${count}`);
    for (const name of ["s/etc", "s/n", "u", "w/work/closed"]) mkdirSync(join(step, name), { recursive: true });
    writeFileSync(join(step, "s/etc/hosts"), "");
    chmodSync(join(step, "w/work"), 0);
  }
  expect(await removeTrees([directory])).toEqual([]);
  expect(existsSync(directory)).toBe(false);
});
