import { globSync, readFileSync } from "node:fs";
import path from "node:path";

/** The repository's root. */
export const root = path.resolve(import.meta.dirname, "../..");

/** The export condition that leads to a package's sources inside this repository; no packed manifest carries it. */
export const sourceCondition = "fresco-source";

/** Where one entry of a package's `exports` leads. */
export interface ExportTargets {
  readonly types: string;
  readonly default: string;
  readonly [sourceCondition]?: string;
}

/** What the repository's tools read of a `package.json`. */
export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly license?: string;
  readonly exports?: Readonly<Record<string, ExportTargets>>;
  readonly publishConfig?: { readonly exports?: Readonly<Record<string, ExportTargets>> };
}

/** A package of this repository that is meant to be published. */
export interface WorkspacePackage {
  /** Absolute path of its folder. */
  readonly directory: string;
  readonly manifest: Manifest;
}

/** Every published package, ordered by folder. */
export function publishedPackages(): WorkspacePackage[] {
  return globSync("{apps,packages}/**/package.json", { cwd: root, exclude: (name) => name === "node_modules" || name === "dist" })
    .sort()
    .map((file) => ({ directory: path.join(root, path.dirname(file)), manifest: readManifest(path.join(root, file)) }))
    .filter(({ manifest }) => manifest.private !== true);
}

function readManifest(file: string): Manifest {
  const manifest: Manifest = JSON.parse(readFileSync(file, "utf8"));
  return manifest;
}
