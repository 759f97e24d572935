import type { ProjectFiles } from "./project-files.ts";

/** How a project's dependencies are installed and its scripts run. */
export interface PackageManager {
  readonly lock: string | undefined;
  readonly install: string;
  /** What stands before a script's name. */
  readonly run: string;
  /** Files of its configuration that an installation reads, where they exist. */
  readonly configuration: readonly string[];
  /** TypeScript expressions. */
  readonly env: Readonly<Record<string, string>>;
}

/** Its download cache and logs are no result of a step: outside of every layer they neither take space nor make layers differ. */
const NPM_ENV = { npm_config_cache: '"/tmp/npm"', npm_config_update_notifier: '"false"' };

/** The package manager that a project's lock file, or else its `packageManager` field, names. npm without either. */
export function packageManager(project: ProjectFiles, manifest: Readonly<Record<string, unknown>>): PackageManager {
  const named = typeof manifest["packageManager"] === "string" ? manifest["packageManager"].split("@")[0] : undefined;
  if (project.has("pnpm-lock.yaml") || named === "pnpm") return pnpm(project);
  if (project.has("yarn.lock") || named === "yarn") return yarn(project);
  const bunLock = ["bun.lock", "bun.lockb"].find((file) => project.has(file));
  if (bunLock !== undefined || named === "bun") return bun(bunLock);
  return npm(["npm-shrinkwrap.json", "package-lock.json"].find((file) => project.has(file)));
}

function npm(lock: string | undefined): PackageManager {
  const install = lock === undefined ? "npm install --no-package-lock --no-audit --no-fund" : "npm ci --no-audit --no-fund";
  return { lock, install, run: "npm run", configuration: [".npmrc"], env: NPM_ENV };
}

function pnpm(project: ProjectFiles): PackageManager {
  const lock = project.has("pnpm-lock.yaml") ? "pnpm-lock.yaml" : undefined;
  const install = `pnpm install ${lock === undefined ? "--no-frozen-lockfile" : "--frozen-lockfile"} --store-dir /tmp/pnpm`;
  return { lock, install, run: "pnpm run", configuration: [".npmrc", "pnpm-workspace.yaml", ".pnpmfile.cjs"], env: NPM_ENV };
}

function yarn(project: ProjectFiles): PackageManager {
  const lock = project.has("yarn.lock") ? "yarn.lock" : undefined;
  const configuration = [".npmrc", ".yarnrc", ".yarnrc.yml", ".yarn/releases", ".yarn/plugins", ".yarn/patches"];
  const isModern = project.has(".yarnrc.yml");
  const frozen = lock === undefined ? "" : isModern ? " --immutable" : " --frozen-lockfile";
  const env = isModern ? { YARN_GLOBAL_FOLDER: '"/tmp/yarn"' } : { YARN_CACHE_FOLDER: '"/tmp/yarn"' };
  return { lock, install: `yarn install${frozen}`, run: "yarn run", configuration, env };
}

function bun(lock: string | undefined): PackageManager {
  const install = lock === undefined ? "bun install --no-save" : "bun install --frozen-lockfile";
  return { lock, install, run: "bun run", configuration: [".npmrc", "bunfig.toml"], env: { BUN_INSTALL_CACHE_DIR: '"/tmp/bun"' } };
}
