import { mkdtemp, readFile, rm } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import os from "node:os";
import path from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { packAll } from "../setup/pack.ts";
import { type Manifest, publishedPackages, root, sourceCondition, type WorkspacePackage } from "../setup/packages.ts";
import { type Check, type Finding, tool } from "./check.ts";
import { outcomeOf } from "./process.ts";

/**
 * publint and "are the types wrong" over the packed tarball of every published package, and what all manifests have in
 * common. It reads the built repository that it belongs to, not a copy.
 */
export const packaging: Check = {
  name: "packaging",
  async run() {
    const folder = await mkdtemp(path.join(os.tmpdir(), "fresco-packs-"));
    try {
      const packages = publishedPackages();
      const tarballs = await packAll(folder);
      const findings: Finding[] = [];
      for (const each of packages) {
        const tarball = tarballs.get(each.manifest.name) ?? "";
        findings.push(...manifestFindings(each), ...(await publintFindings(each, tarball)), ...(await typeFindings(each, tarball)));
      }
      return findings;
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

function fileOf({ directory }: WorkspacePackage): string {
  return path.join(path.relative(root, directory), "package.json");
}

function manifestFindings(each: WorkspacePackage): Finding[] {
  const { manifest } = each;
  const problems: string[] = [];
  if (!isDeepStrictEqual(manifest.publishConfig?.exports, withoutSources(manifest))) {
    problems.push(`publishConfig.exports must be exports without the condition "${sourceCondition}"`);
  }
  if (!manifest.description) problems.push("it has no description");
  if (manifest.license !== "MIT") problems.push("its licence must be MIT");
  return problems.map((message) => ({ rule: "manifest", file: fileOf(each), message }));
}

function withoutSources(manifest: Manifest): Record<string, unknown> {
  const published = Object.entries(manifest.exports ?? {}).map(
    ([entry, { [sourceCondition]: _, ...targets }]) => [entry, targets] as const,
  );
  return Object.fromEntries(published);
}

async function publintFindings(each: WorkspacePackage, tarball: string): Promise<Finding[]> {
  const bytes = await readFile(tarball);
  const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(bytes).buffer }, strict: true });
  return messages
    .filter(({ type }) => type !== "suggestion")
    .map((message) => ({
      rule: `publint/${message.code}`,
      file: fileOf(each),
      message: formatMessage(message, pkg, { color: false }) ?? "",
    }));
}

async function typeFindings(each: WorkspacePackage, tarball: string): Promise<Finding[]> {
  const parameters = [tarball, "--profile", "esm-only", "--format", "ascii", "--no-color", "--no-emoji"];
  const { code, stdout, stderr } = await outcomeOf(tool("attw"), parameters, { cwd: root });
  return code === 0 ? [] : [{ rule: "attw", file: fileOf(each), message: `${stdout}${stderr}`.trim() }];
}
