import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Options } from "tsup";

/**
 * Puts SQL in the place of the store's query builder: each `*-queries.ts` exports functions that make named queries for a database, and
 * what they make is the same in every run. Loading the builder and compiling with it would cost more than all the queries of a run of hits.
 */
export const compiledQueries: NonNullable<Options["esbuildPlugins"]>[number] = {
  name: "compiled-queries",
  setup: (build) => {
    build.onLoad({ filter: /[\\/]store-sqlite[\\/]src[\\/][\w-]+-queries\.ts$/ }, async ({ path: file }) => {
      const module: unknown = await import(pathToFileURL(file).href);
      if (typeof module !== "object" || module === null) throw new TypeError(`${file} is no module`);
      return {
        contents: Object.entries(module)
          .map(([name, make]) => functionText(file, name, make))
          .join(""),
        loader: "js",
      };
    });
  },
};

/** The source of a function that makes the same queries without the builder. */
function functionText(file: string, name: string, make: unknown): string {
  if (!isFunction(make)) throw new TypeError(`${path.basename(file)} exports ${name}, which makes no queries`);
  const compiled: unknown = make({ prepare: (compile: () => unknown) => compile() });
  if (typeof compiled !== "object" || compiled === null) throw new TypeError(`${name} makes no named queries`);
  const queries = Object.entries(compiled).map(([each, query]) => `${each}: database.prepare(() => (${queryText(query)}))`);
  return `export const ${name} = (database) => ({ ${queries.join(",\n")} });\n`;
}

/** @throws TypeError for a value that would not come out of its own text as it went in. */
function queryText(query: unknown): string {
  return JSON.stringify(query, (_, value: unknown) => {
    if (value === undefined || typeof value === "bigint" || ArrayBuffer.isView(value))
      throw new TypeError("a query holds a value that has no text");
    return value;
  });
}

function isFunction(value: unknown): value is (database: unknown) => unknown {
  return typeof value === "function";
}
