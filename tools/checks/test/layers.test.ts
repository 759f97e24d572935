import { describe, expect, it } from "vitest";
import { layers } from "../layers.ts";
import { copyOfRepository } from "./copy.ts";

interface Plant {
  readonly rule: string;
  readonly file: string;
  readonly imports: string;
}

const plants: readonly Plant[] = [
  { rule: "domain-without-platform", file: "packages/domain/planner/src/planted-disk.ts", imports: "node:fs" },
  { rule: "domain-without-platform", file: "packages/domain/lifecycle/src/planted-crypto.ts", imports: "node:crypto" },
  { rule: "cache-keys-only-crypto", file: "packages/domain/cache-keys/src/planted-disk.ts", imports: "node:fs" },
  { rule: "domain-order-pipeline", file: "packages/domain/pipeline/src/planted-order.ts", imports: "../../cache-keys/src/index.ts" },
  { rule: "domain-order-cache-keys", file: "packages/domain/cache-keys/src/planted-order.ts", imports: "../../lifecycle/src/index.ts" },
  { rule: "domain-order-lifecycle", file: "packages/domain/lifecycle/src/planted-order.ts", imports: "../../planner/src/index.ts" },
  { rule: "domain-without-outer-layers", file: "packages/domain/planner/src/planted-port.ts", imports: "../../../ports/src/index.ts" },
  {
    rule: "domain-without-libraries",
    file: "packages/domain/planner/src/planted-library.ts",
    imports: "../../pipeline/node_modules/zod/index.js",
  },
  { rule: "pipeline-starts-without-zod", file: "packages/domain/pipeline/src/index.ts", imports: "zod" },
  { rule: "ports-only-domain", file: "packages/ports/src/planted-disk.ts", imports: "node:fs" },
  { rule: "ports-only-domain", file: "packages/ports/src/planted-engine.ts", imports: "../../engine/src/index.ts" },
  { rule: "ports-testing-only-ports", file: "packages/ports-testing/src/planted-engine.ts", imports: "../../engine/src/index.ts" },
  { rule: "engine-only-ports", file: "packages/engine/src/planted-adapter.ts", imports: "../../adapters/logs-fs/src/index.ts" },
  { rule: "engine-without-surroundings", file: "packages/engine/src/planted-process.ts", imports: "node:child_process" },
  { rule: "adapters-only-ports", file: "packages/adapters/logs-fs/src/planted-adapter.ts", imports: "../../store-sqlite/src/index.ts" },
  { rule: "adapters-only-ports", file: "packages/adapters/logs-fs/src/planted-engine.ts", imports: "../../../engine/src/index.ts" },
  { rule: "adapters-only-ports", file: "packages/adapters/logs-fs/test/planted-processes.ts", imports: "../../process-node/src/index.ts" },
  {
    rule: "sandbox-tests-with-real-processes",
    file: "packages/adapters/sandbox-host/test/planted-store.ts",
    imports: "../../store-sqlite/src/index.ts",
  },
  {
    rule: "adapters-ship-without-tests",
    file: "packages/adapters/logs-fs/src/planted-suite.ts",
    imports: "../../../ports-testing/src/index.ts",
  },
  { rule: "nobody-imports-apps", file: "packages/engine/src/planted-app.ts", imports: "../../../apps/cli/src/index.ts" },
  { rule: "apps-without-tools", file: "apps/cli/src/planted-tool.ts", imports: "../../../tools/setup/packages.ts" },
  { rule: "sources-without-tests", file: "packages/engine/src/planted-test.ts", imports: "../../../node_modules/vitest/dist/index.js" },
  { rule: "declared", file: "packages/domain/planner/src/planted-undeclared.ts", imports: "@fresco/engine" },
  { rule: "declared", file: "packages/engine/src/planted-undeclared.ts", imports: "kysely" },
  { rule: "no-cycles", file: "packages/engine/src/planted-cycle.ts", imports: "./planted-cycle.ts" },
];

describe("The lint of the layers", () => {
  it("names every import that is planted against a rule, value or type", async () => {
    using copy = await copyOfRepository();
    for (const { file, imports } of plants) copy.plant(file, `export * from ${JSON.stringify(imports)};\n`);
    copy.plant("packages/ports/src/planted-type.ts", 'export type { Stats } from "node:fs";\n');
    const found = (await layers.run(copy.directory)).map(({ rule, file }) => `${rule}: ${file}`);
    const expected = plants.map(({ rule, file }) => `${rule}: ${file}`);
    expect(found).toEqual(expect.arrayContaining([...expected, "ports-only-domain: packages/ports/src/planted-type.ts"]));
  });

  it("says which files it did not read", async () => {
    using copy = await copyOfRepository();
    copy.plant(
      ".dependency-cruiser.js",
      'export default { forbidden: [], options: { doNotFollow: { path: "node_modules" }, exclude: { path: "^packages/engine/" } } };\n',
    );
    const found = await layers.run(copy.directory);
    expect(found).toContainEqual(expect.objectContaining({ rule: "unread", file: "packages/engine/src/index.ts" }));
  });
});
