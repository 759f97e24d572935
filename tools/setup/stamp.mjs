// A digest of everything that an installation or a build is made from, so that set-up can tell that nothing changed.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { root, versions } from "./toolchain.mjs";

const rooms = ["apps", "packages", "tools"];
const skipped = new Set(["node_modules", "dist", "test"]);

/**
 * Every file below a folder for which `isWanted` holds, in a fixed order.
 *
 * @param {string} folder
 * @param {(name: string) => boolean} isWanted
 * @returns {string[]}
 */
function filesBelow(folder, isWanted) {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : filesBelow(file, isWanted);
    return entry.isFile() && isWanted(entry.name) ? [file] : [];
  });
}

/** @param {(name: string) => boolean} isWanted */
function filesOfRooms(isWanted) {
  return rooms.flatMap((room) => filesBelow(path.join(root, room), isWanted));
}

/** @param {readonly string[]} files */
function digestOf(files) {
  const hash = createHash("sha256").update(`${versions.node}\0${versions.pnpm}\0`);
  for (const file of files.filter((each) => existsSync(each))) {
    const content = readFileSync(file);
    hash.update(`${path.relative(root, file)}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/** @param {readonly string[]} names */
function inRoot(...names) {
  return names.map((name) => path.join(root, name));
}

/** Digest of what `pnpm install` reads: the lock file and every manifest. */
export function installationDigest() {
  return digestOf([...inRoot("pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json"), ...filesOfRooms((name) => name === "package.json")]);
}

/** Digest of what the build reads: sources, manifests and its own configuration. */
export function buildDigest() {
  const sources = filesOfRooms((name) => /\.(m?ts|m?js|json|sql|sh|c)$/.test(name));
  return digestOf([...inRoot("pnpm-lock.yaml", "tsconfig.base.json", "tsconfig.build.json"), ...sources]);
}

/** True when every package has a built form, and the command its entry; whether it is current is the digest's to say. */
export function isBuilt() {
  const manifests = ["apps", "packages"].flatMap((room) => filesBelow(path.join(root, room), (name) => name === "package.json"));
  const command = path.join(root, "apps", "cli", "dist", "main.js");
  return existsSync(command) && manifests.every((manifest) => existsSync(path.join(path.dirname(manifest), "dist")));
}
