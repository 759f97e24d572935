import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { clearWork } from "../src/overlay-work.ts";

describe("What an overlay leaves in its work directory", () => {
  it("is removed, closed directories within closed directories included", async () => {
    const work = mkdtempSync(join(tmpdir(), "fresco-work-"));
    mkdirSync(join(work, "work/incompat/volatile"), { recursive: true });
    mkdirSync(join(work, "work/closed"), { mode: 0 });
    rmSync(join(work, "work/incompat/volatile"), { recursive: true });
    mkdirSync(join(work, "work/incompat/volatile"), { mode: 0 });
    await clearWork(work);
    expect(existsSync(join(work, "work"))).toBe(false);
    rmSync(work, { recursive: true });
  });

  it("may be nothing at all", async () => {
    const work = mkdtempSync(join(tmpdir(), "fresco-work-"));
    await expect(clearWork(work)).resolves.toBeUndefined();
    rmSync(work, { recursive: true });
  });
});
