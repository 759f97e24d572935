import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

/** The repository's root. */
export const root = path.resolve(import.meta.dirname, "../..");

/** The export condition that leads to a package's sources inside this repository; no packed manifest carries it. */
export const sourceCondition = "fresco-source";

const targets = z.looseObject({ types: z.string(), default: z.string(), [sourceCondition]: z.string().optional() });
const entries = z.record(z.string(), targets);
const manifestSchema = z.looseObject({
  name: z.string(),
  private: z.boolean().optional(),
  description: z.string().optional(),
  license: z.string().optional(),
  exports: entries.optional(),
  publishConfig: z.looseObject({ exports: entries.optional() }).optional(),
});

/** What the repository's tools read of a `package.json`. */
export type Manifest = z.infer<typeof manifestSchema>;

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
  return manifestSchema.parse(JSON.parse(readFileSync(file, "utf8")));
}
