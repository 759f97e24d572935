import { mkdirSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { outcomeOf } from "../checks/process.ts";
import { publishedPackages, root } from "./packages.ts";

/**
 * Packs every published package as it would go to a registry (built files, workspace versions replaced), and gives the
 * tarballs' paths by package name. The packages must have been built.
 *
 * @throws Error with pnpm's words when one cannot be packed.
 */
export async function packAll(destination: string): Promise<Map<string, string>> {
  mkdirSync(destination, { recursive: true });
  const pnpm = path.join(root, ".toolchain/node_modules/pnpm/bin/pnpm.mjs");
  const tarballs = new Map<string, string>();
  for (const { directory, manifest } of publishedPackages()) {
    const parameters = [pnpm, "pack", "--json", "--pack-destination", destination];
    const { code, stdout, stderr } = await outcomeOf(process.execPath, parameters, { cwd: directory });
    if (code !== 0) throw new Error(`${manifest.name} cannot be packed: ${stderr || stdout}`);
    const { filename } = z.object({ filename: z.string() }).parse(JSON.parse(stdout));
    tarballs.set(manifest.name, path.resolve(destination, filename));
  }
  return tarballs;
}
