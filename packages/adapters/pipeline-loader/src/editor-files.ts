import { AUTHOR_TYPES } from "./author-types.ts";

/**
 * Files that make an editor understand a project's pipelines with nothing installed: paths relative to the project's root.
 * They are for the editor alone; loading never reads them.
 */
export function editorFiles(): readonly { readonly path: string; readonly content: string }[] {
  return [
    { path: ".fresco/tsconfig.json", content: `${JSON.stringify(TSCONFIG, null, 2)}\n` },
    { path: ".fresco/types/fresco.d.ts", content: AUTHOR_TYPES },
  ];
}

const TSCONFIG = {
  compilerOptions: {
    target: "es2023",
    // Neither the project's package.json nor extensions decide what an import means.
    module: "preserve",
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    allowJs: true,
    // Types are erased and nothing is compiled when pipelines are loaded.
    erasableSyntaxOnly: true,
    verbatimModuleSyntax: true,
    skipLibCheck: true,
  },
  // A folder whose name begins with a dot is only searched when a pattern says so.
  include: ["**/*"],
};
