import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

/** An import that leads nowhere. */
export class MissingModule extends Error {
  readonly code = "ERR_MODULE_NOT_FOUND";
  readonly specifier: string;
  /** The importing file, as URL. */
  readonly importer: string;

  constructor(specifier: string, importer: string, cause: unknown) {
    super(`Cannot find "${specifier}"`, { cause });
    this.specifier = specifier;
    this.importer = importer;
  }
}

/** The file that was read last: V8 does not tell where a syntax error is. */
export let lastLoaded = "";

/**
 * Lets pipeline files be ES modules whatever package.json lies above them, import without extensions or with `.js` for `.ts`, and
 * find the DSL without anything installed.
 */
export function installModuleHooks({ dslModule, directory }: { readonly dslModule: string; readonly directory: string }): void {
  const root = pathToFileURL(`${directory}/`).href;
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === "fresco" || specifier === "@fresco/pipeline") return { url: dslModule, shortCircuit: true };
      const importer = context.parentURL;
      if (importer === undefined || !importer.startsWith(root)) return next(specifier, context);
      let failure: unknown;
      for (const candidate of candidates(specifier)) {
        try {
          return next(candidate, context);
        } catch (error) {
          if (!isNotFound(error)) throw error;
          failure ??= error;
        }
      }
      throw new MissingModule(specifier, importer, failure);
    },
    load(url, context, next) {
      if (!url.startsWith(root)) return next(url, context);
      lastLoaded = url;
      if (/\.m?ts$/.test(url)) return next(url, { ...context, format: "module-typescript" });
      return next(url, /\.m?js$/.test(url) ? { ...context, format: "module" } : context);
    },
  });
}

function candidates(specifier: string): readonly string[] {
  if (specifier === "." || specifier === "..") return candidates(`${specifier}/`);
  if (!/^\.{0,2}\//.test(specifier)) return [specifier];
  const written = /^(.*)\.(m?)js$/.exec(specifier);
  if (written !== null) return [specifier, `${written[1]}.${written[2]}ts`];
  return [
    specifier,
    ...["ts", "mts", "js", "mjs"].flatMap((extension) => [
      `${specifier}.${extension}`,
      `${specifier.replace(/\/$/, "")}/index.${extension}`,
    ]),
  ];
}

function isNotFound(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ERR_MODULE_NOT_FOUND" || code === "ERR_UNSUPPORTED_DIR_IMPORT";
}
