import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["fresco-source"] },
  ssr: { resolve: { conditions: ["fresco-source"] } },
  test: {
    include: ["{apps,packages,tools}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    globalSetup: ["tools/checks/tripwire.ts"],
    // Every core works, also where there are two: half of the time goes to waiting for steps and for git.
    maxWorkers: "100%",
    // What hangs ends; a slow machine is no failure.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
