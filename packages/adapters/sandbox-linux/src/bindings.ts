import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { FrescoError } from "@fresco/ports";
import { certificatePaths, STANDARD_PATH } from "./environment.ts";
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
export function bindings(environment: Environment, asking: readonly string[], layout: Pick<HostLayout, "directories">): Bindings {
  const home = environment["HOME"] ?? "";
  const entries = pathEntries(environment["PATH"] ?? "");
  const found = home.startsWith("/") ? toolchainsOf(entries, home) : { roots: [], bins: [], env: {} };
  const asked = asking.map((path) => (path.startsWith("~/") ? join(home, path.slice(2)) : path));
  const missing = asked.filter((path) => !path.startsWith("/") || !existsSync(path));
  if (missing.length > 0) {
    throw new FrescoError("base.toolchain-missing", `The pipeline names toolchains that are not on this machine: ${missing.join(", ")}.`, {
      hint: "Correct `toolchains`, or install them.",
      kind: "input",
    });
  }
  const shown = layout.directories.map((name) => `/${name}`);
  const wanted = [...found.roots, ...asked, ...certificatePaths(environment)].filter((path) => existsSync(path));
  const isShown = (path: string): boolean => shown.some((directory) => isWithin(path, directory));
  const named = entries.flatMap(
    ({ entry, real }) => [entry, real].find((path) => found.bins.includes(path) || isInstallation(path, isShown)) ?? [],
  );
  const bins = [...new Set([...named, ...asked.map((path) => join(path, "bin"))])].filter((path) => existsSync(path));
  return { paths: outermost(wanted.filter((path) => !isShown(path))), bins, env: found.env };
}

/**
 * A directory such as `/usr/local/go/bin` or `/opt/node/bin`, which steps see anyway and find by name if the user does. Package managers
 * put directories of their own on PATH while they run a script: whether they started the command must make no difference.
 */
function isInstallation(path: string, isShown: (path: string) => boolean): boolean {
  return isShown(path) && !STANDARD_PATH.includes(path) && !path.includes("/node_modules/");
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
