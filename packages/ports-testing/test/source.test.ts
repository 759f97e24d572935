import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemorySource } from "../src/index.ts";
import { sourceContract } from "../src/contracts.ts";

sourceContract({
  name: "MemorySource",
  open: async () => {
    const directory = mkdtempSync(join(tmpdir(), "fresco-memory-source-"));
    const source = new MemorySource(directory);
    return {
      source,
      project: source,
      owner: "owner",
      [Symbol.asyncDispose]: async () => rmSync(directory, { recursive: true, force: true }),
    };
  },
});
