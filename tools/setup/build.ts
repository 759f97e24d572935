// Builds every package: tsup makes the JavaScript, tsc the declarations (tsup's own need TypeScript's JavaScript API,
// which version 7 has not). Types are not checked here; `npm run lint` does that.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, rmSync } from "node:fs";
import path from "node:path";
import { build, type Options } from "tsup";
import { compiledQueries } from "./compiled-queries.ts";
import { publishedPackages, root, sourceCondition, type WorkspacePackage } from "./packages.ts";

const declarations = path.join(root, "dist");

const shared = {
  format: "esm",
  target: "node22",
  platform: "node",
  splitting: true,
  clean: true,
  silent: true,
  config: false,
  // Without the prefix there is no node:sqlite, and a package of the same name could stand in for a builtin.
  removeNodeProtocol: false,
} satisfies Options;

/** What dockerode loads for its SSH transport and for sessions of BuildKit, which nothing here calls: most of what it would cost to load it. */
const UNUSED = ["ssh2", "@grpc/grpc-js", "@grpc/proto-loader"];

/** A package's entries by the name of the file that they become: what its `exports` say, and the processes that it starts. */
function entriesOf(each: WorkspacePackage): Record<string, string> {
  const exported = Object.values(each.manifest.exports ?? {}).flatMap((targets): [string, string][] => {
    const source = targets[sourceCondition];
    return source === undefined ? [] : [[path.basename(targets.default, ".js"), path.join(each.directory, source)]];
  });
  return { ...Object.fromEntries(exported), ...childrenOf(each) };
}

/** Files that a package runs as processes of their own, by a URL beside its other files: `src/child.ts`, `src/NAME-child.ts`. */
function childrenOf({ directory }: WorkspacePackage): Record<string, string> {
  const files = globSync("src/{child,*-child}.ts", { cwd: directory });
  return Object.fromEntries(files.map((file) => [path.basename(file, ".ts"), path.join(directory, file)]));
}

/** A library keeps every import from another package as it is. */
function library(each: WorkspacePackage): Options {
  return { ...shared, entry: entriesOf(each), outDir: path.join(each.directory, "dist"), external: [/^[^./]/] };
}

/**
 * The command carries everything but native modules, since resolving hundreds of files is what costs at start-up; it is split,
 * so that each command loads only its own part.
 */
function command(each: WorkspacePackage, packages: readonly WorkspacePackage[]): Options {
  const children = Object.fromEntries(packages.flatMap((one) => Object.entries(childrenOf(one))));
  return {
    ...shared,
    entry: { ...entriesOf(each), ...children, main: path.join(each.directory, "src/main.ts") },
    outDir: path.join(each.directory, "dist"),
    // What this names is bundled whatever `external` says, so it has to leave the native modules out itself.
    noExternal: [/^(?!(?:better-sqlite3|koffi)$)/],
    external: ["better-sqlite3", "koffi"],
    esbuildPlugins: [compiledQueries],
    esbuildOptions: (options) => {
      options.conditions = [sourceCondition];
      options.alias = Object.fromEntries(UNUSED.map((name) => [name, path.join(root, "tools/setup/unused.mjs")]));
    },
    // Bundled CommonJS modules ask for Node's builtins by `require`.
    banner: { js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
  };
}

function emitDeclarations(packages: readonly WorkspacePackage[]): void {
  rmSync(declarations, { recursive: true, force: true });
  const tsc = path.join(root, "node_modules/typescript/bin/tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-p", path.join(root, "tsconfig.build.json")], { stdio: "inherit" });
  if (status !== 0) throw new Error("tsc could not emit the declarations");
  for (const { directory } of packages) {
    const emitted = path.join(declarations, path.relative(root, directory), "src");
    if (existsSync(emitted)) cpSync(emitted, path.join(directory, "dist"), { recursive: true });
  }
  rmSync(declarations, { recursive: true });
}

const packages = publishedPackages();
for (const each of packages) await build(each.manifest.name === "fresco" ? command(each, packages) : library(each));
emitDeclarations(packages);
