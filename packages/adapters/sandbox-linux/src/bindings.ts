import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { FrescoError } from "@fresco/ports";
import { certificatePaths } from "./environment.ts";
import type { Environment } from "./environment.ts";
import type { HostLayout } from "./host-layout.ts";
import { isWithin, outermost, toolchainsOf } from "./toolchains.ts";

/** What a step sees of the user's own directories. */
export interface Bindings {
  /** Bound read-only at their own place; outermost only, sorted. */
  readonly paths: readonly string[];
  readonly bins: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Toolchains that the user's PATH names, those that the pipeline names (`~/` is the user's home), and files with certificates.
 * @throws FrescoError `base.toolchain-missing` naming every one that the pipeline names and that is not there.
 */
export function bindings(environment: Environment, named: readonly string[], layout: HostLayout): Bindings {
  const home = environment["HOME"] ?? "";
  const found = home.startsWith("/") ? toolchainsOf(pathEntries(environment["PATH"] ?? ""), home) : { roots: [], bins: [], env: {} };
  const asked = named.map((path) => (path.startsWith("~/") ? join(home, path.slice(2)) : path));
  const missing = asked.filter((path) => !path.startsWith("/") || !existsSync(path));
  if (missing.length > 0) {
    throw new FrescoError("base.toolchain-missing", `The pipeline names toolchains that are not on this machine: ${missing.join(", ")}.`, {
      hint: "Correct `toolchains`, or install them.",
      kind: "input",
    });
  }
  const shown = layout.directories.map((name) => `/${name}`);
  const wanted = [...found.roots, ...asked, ...certificatePaths(environment)].filter((path) => existsSync(path));
  const bins = [...found.bins, ...asked.map((path) => join(path, "bin"))].filter((path) => existsSync(path));
  return { paths: outermost(wanted.filter((path) => !shown.some((directory) => isWithin(path, directory)))), bins, env: found.env };
}

function pathEntries(path: string): readonly { readonly entry: string; readonly real: string }[] {
  return path
    .split(":")
    .filter((entry) => entry.startsWith("/"))
    .flatMap((entry) => {
      try {
        return [{ entry, real: realpathSync(entry) }];
      } catch {
        return [];
      }
    });
}
