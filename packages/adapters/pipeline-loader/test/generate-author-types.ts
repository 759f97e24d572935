import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// Run by itself, this writes src/author-types.ts anew: `node test/generate-author-types.ts`.

const SOURCES = ["canonical-json", "duration", "ir", "reference", "policy", "step", "pipeline", "target"];
// What a pipeline file can import, and what that refers to.
const NAMES = new Set(
  `Json Duration GlobPattern EnvReference SecretReference env secrets CachePolicy forever ttl onChange onValue all optional EnvOption
  StepOptions Step ScratchBase Scratch Wait sh scratch wait Leaf PipelineOptions Pipeline pipeline target`.split(/\s+/),
);
const STATEMENT =
  /((?:^\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?)^export (?:declare )?((?:function|class|interface|type|const) (\w+)[\s\S]*?)(?=\n(?:\/\*\*|export |import )|\n*$(?![\s\S]))/gm;

const repository = fileURLToPath(new URL("../../../..", import.meta.url));
const generated = fileURLToPath(new URL("../src/author-types.ts", import.meta.url));

/** The ambient declaration of `fresco`, made of the declarations of the DSL's sources. */
function authorTypes(): string {
  const out = mkdtempSync(join(tmpdir(), "fresco-author-types-"));
  try {
    const domain = join(repository, "packages/domain/pipeline/src");
    const compiler = join(repository, "node_modules/typescript/bin/tsc");
    const config = join(out, "tsconfig.json");
    const files = SOURCES.map((name) => join(domain, `${name}.ts`));
    const compilerOptions = {
      noEmit: false,
      emitDeclarationOnly: true,
      declaration: true,
      rootDir: domain,
      outDir: out,
      types: [],
      allowImportingTsExtensions: true,
    };
    writeFileSync(config, JSON.stringify({ extends: join(repository, "tsconfig.base.json"), compilerOptions, files }));
    execFileSync(process.execPath, [compiler, "-p", config], { stdio: "pipe" });
    const declarations = SOURCES.flatMap((name) => pick(readFileSync(join(out, `${name}.d.ts`), "utf8")));
    return `declare module "fresco" {\n${declarations.join("\n").replace(/^(?=.)/gm, "  ")}\n}\n`;
  } finally {
    rmSync(out, { recursive: true });
  }
}

function pick(declarations: string): readonly string[] {
  return [...declarations.matchAll(STATEMENT)]
    .filter(([, , , name]) => NAMES.has(name ?? ""))
    .map(([, comment, statement]) => `${comment}export ${statement}`.replaceAll("\r\n", "\n").trimEnd());
}

/** The module that carries the declaration. */
export function authorTypesModule(): string {
  return `// biome-ignore-all format: generated\n// Made by test/generate-author-types.ts from the sources of @fresco/pipeline; a test compares.\nexport const AUTHOR_TYPES = ${JSON.stringify(authorTypes().split("\n"), null, 2)}.join("\\n");\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(generated, authorTypesModule());
