import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["fresco-source"] },
  ssr: { resolve: { conditions: ["fresco-source"] } },
  test: {
    include: ["{apps,packages,tools}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    globalSetup: ["tools/checks/tripwire.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
