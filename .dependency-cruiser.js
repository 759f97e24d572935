// The layers of ARCHITECTURE.md as rules: arrows point inwards only.

/** Domain packages in their order: each may import those before it. */
const domainOrder = ["pipeline", "cache-keys", "lifecycle", "planner"];

const builtin = { dependencyTypes: ["core"] };
const foreign = { path: "(^|/)node_modules/" };

/** Where a domain package stands alone: every other domain package that is not before it in the order. */
const domainRules = domainOrder.map((name, index) => ({
  name: `domain-order-${name}`,
  comment: `${name} may import of the domain only: ${domainOrder.slice(0, index).join(", ") || "nothing"}`,
  severity: "error",
  from: { path: `^packages/domain/${name}/src/` },
  to: { path: "^packages/domain/", pathNot: `^packages/domain/(${domainOrder.slice(0, index + 1).join("|")})/` },
}));

export default {
  forbidden: [
    ...domainRules,
    {
      name: "domain-without-platform",
      comment: "the domain is pure: no clock, no disk, no environment; the one exception is SHA-256 in cache-keys",
      severity: "error",
      from: { path: "^packages/domain/[^/]+/src/", pathNot: "^packages/domain/cache-keys/" },
      to: builtin,
    },
    {
      name: "cache-keys-only-crypto",
      severity: "error",
      from: { path: "^packages/domain/cache-keys/src/" },
      to: { ...builtin, pathNot: "^(node:)?crypto$" },
    },
    {
      name: "domain-without-outer-layers",
      severity: "error",
      from: { path: "^packages/domain/[^/]+/src/" },
      to: { path: "^(apps|packages|tools)/", pathNot: "^packages/domain/" },
    },
    {
      name: "domain-without-libraries",
      comment: "only @fresco/pipeline checks data that comes in, with zod",
      severity: "error",
      from: { path: "^packages/domain/[^/]+/src/", pathNot: "^packages/domain/pipeline/" },
      to: foreign,
    },
    {
      name: "pipeline-only-zod",
      severity: "error",
      from: { path: "^packages/domain/pipeline/src/" },
      to: { ...foreign, pathNot: "(^|/)node_modules/zod/" },
    },
    {
      name: "pipeline-starts-without-zod",
      comment: 'the entry "." is what pipeline files load; zod is behind "./schema"',
      severity: "error",
      from: { path: "^packages/domain/pipeline/src/index\\.ts$" },
      to: { path: "(^|/)node_modules/zod/", reachable: true },
    },
    {
      name: "ports-only-domain",
      severity: "error",
      from: { path: "^packages/ports/src/" },
      to: { pathNot: "^packages/(ports/src|domain)/" },
    },
    {
      name: "ports-testing-only-ports",
      comment: "contract suites and fakes know no adapter",
      severity: "error",
      from: { path: "^packages/ports-testing/src/" },
      to: { path: "^(apps|packages|tools)/", pathNot: "^packages/(ports-testing/src|ports|domain)/" },
    },
    {
      name: "vitest-only-in-contracts",
      comment: "whoever uses only the fakes needs no vitest",
      severity: "error",
      from: { path: "^packages/ports-testing/src/", pathNot: "(contract|cases)\\.ts$" },
      to: { path: "(^|/)node_modules/vitest/" },
    },
    {
      name: "engine-only-ports",
      severity: "error",
      from: { path: "^packages/engine/src/" },
      to: { path: "^(apps|packages|tools)/", pathNot: "^packages/(engine/src|ports/|domain/)" },
    },
    {
      name: "engine-without-surroundings",
      comment: "files, processes, signals, the clock and the environment come through ports",
      severity: "error",
      from: { path: "^packages/engine/src/" },
      to: { ...builtin, pathNot: "^(node:)?(async_hooks|buffer|crypto|events|path/posix|util)$" },
    },
    {
      name: "adapters-only-ports",
      comment: "adapters never meet each other; only an app knows them all",
      severity: "error",
      from: { path: "^packages/adapters/([^/]+)/(src|test)/", pathNot: "^packages/adapters/sandbox-[^/]+/test/" },
      to: { path: "^(apps|packages|tools)/", pathNot: "^packages/(adapters/$1/|ports/|ports-testing/|domain/)" },
    },
    {
      name: "sandbox-tests-with-real-processes",
      comment: "a sandbox is handed a Processes: its tests, which start real steps, hand it the real one",
      severity: "error",
      from: { path: "^packages/adapters/(sandbox-[^/]+)/test/" },
      to: { path: "^(apps|packages|tools)/", pathNot: "^packages/(adapters/($1|process-node)/|ports/|ports-testing/|domain/)" },
    },
    {
      name: "adapters-ship-without-tests",
      severity: "error",
      from: { path: "^packages/adapters/[^/]+/src/" },
      to: { path: "^packages/ports-testing/" },
    },
    {
      name: "nobody-imports-apps",
      severity: "error",
      from: { path: "^packages/" },
      to: { path: "^(apps|tools)/" },
    },
    {
      name: "apps-without-tools",
      severity: "error",
      from: { path: "^apps/[^/]+/src/" },
      to: { path: "^tools/" },
    },
    {
      name: "sources-without-tests",
      comment: "what is shipped; the proof of crashes is none of that, and stands on the image that tests make",
      severity: "error",
      from: { path: "/src/", pathNot: "^(packages/ports-testing|tools/crash)/" },
      to: { path: "/test/|(^|/)node_modules/vitest/" },
    },
    {
      name: "declared",
      comment: "an import that leads nowhere: a package that the importing package does not declare, or a file that is not there",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "declared-by-its-own-package",
      comment: "tests may also use what the root declares",
      severity: "error",
      from: { path: "^(apps|packages)/.*/src/" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "shipped-with-its-dependencies",
      comment: "a development dependency is not installed with the package; the command may have some since it is bundled",
      severity: "error",
      from: { path: "^packages/.*/src/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["npm", "npm-peer", "type-only"], pathNot: "(^|/)node_modules/@types/" },
    },
    {
      name: "no-cycles",
      comment:
        "an import() is followed when it is called, long after all modules are there: the table of commands names the one that prints it",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only", "dynamic-import"] } },
    },
  ],
  options: {
    doNotFollow: { path: "(^|/)(node_modules|dist)/" },
    exclude: { path: ["^apps/[^/]+/dist/", "^packages/[^/]+/dist/", "^packages/[^/]+/[^/]+/dist/"] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["fresco-source", "import", "node", "default", "types"],
      extensions: [".ts", ".mts", ".js", ".mjs", ".json", ".d.ts"],
    },
  },
};
