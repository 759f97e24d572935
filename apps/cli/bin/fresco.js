#!/usr/bin/env sh
":" /*
# Read by a shell first, which becomes the right Node without leaving a process between: the command keeps its process id,
# its signals and, after a kill -9, no orphan. To JavaScript all of this is a comment.
file=$0
while [ -L "$file" ]; do
  link=$(readlink "$file")
  [ "${link#/}" != "$link" ] && file=$link || file=${file%/*}/$link
done
[ "${file%/*}" = "$file" ] && file=./$file
root=${file%/*}/../../..
node=$root/.toolchain/node_modules/.bin/node
# Only this repository's own checkout has a toolchain to trust; an installed package may sit in any project.
[ -x "$node" ] && [ -f "$root/apps/cli/bin/fresco.js" ] || node=node
# A run makes much short-lived garbage: collecting it less often saves a tenth of its time.
exec "$node" --min-semi-space-size=16 --max-semi-space-size=32 "$file" "$@"
*/;

import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import module from "node:module";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const file = fileURLToPath(import.meta.url);
const root = path.resolve(path.dirname(file), "../../..");
const toolchainNode = path.join(root, ".toolchain/node_modules/.bin/node");

/** True when this Node can run the command: 22.18 or newer. */
function isCurrent() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

/** Runs this file again under the toolchain's Node: for `node fresco.js` typed with an older one. */
function runAgain() {
  if (!existsSync(toolchainNode) || !existsSync(path.join(root, "apps/cli/bin/fresco.js"))) {
    console.error(`error[node.too-old]: fresco needs Node 22.18 or newer, and this is ${process.versions.node}`);
    console.error("hint: install a current Node from https://nodejs.org, or run `npm run setup` in a checkout of Fresco");
    process.exit(125);
  }
  const child = spawn(toolchainNode, process.argv.slice(1), { stdio: "inherit" });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    // A terminal sends Ctrl-C to the child as well, and a second one would mean "kill".
    process.on(signal, () => signal === "SIGINT" && hasTerminal() ? undefined : child.kill(signal));
  }
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + (signal === null ? 0 : os.constants.signals[signal]);
  });
}

/** True when this process belongs to a terminal; without one, opening it fails. */
function hasTerminal() {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}

/**
 * Lets Node keep its compiled form of the command, in the user's own folder: the default one, below the shared /tmp, could
 * have been put there by somebody else.
 */
function keepCompiled() {
  try {
    const folder = path.join(cacheFolder(), "compiled");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    module.enableCompileCache(folder);
  } catch {
    // A home that cannot be written costs some milliseconds, nothing else.
  }
}

/** The same folder as in src/paths.ts, which is not loaded yet. */
function cacheFolder() {
  const { FRESCO_HOME, XDG_CACHE_HOME } = process.env;
  if (FRESCO_HOME) return path.join(FRESCO_HOME, "cache");
  if (process.platform === "darwin") return path.join(os.homedir(), "Library/Caches/fresco");
  return path.join(XDG_CACHE_HOME?.startsWith("/") ? XDG_CACHE_HOME : path.join(os.homedir(), ".cache"), "fresco");
}

/** Where the built command is; in a checkout it is there after the set-up. */
function builtCommand() {
  const main = new URL("../dist/main.js", import.meta.url);
  if (!existsSync(main)) {
    console.error("error[install.not-built]: fresco has not been built yet");
    console.error("hint: run `npm run setup` in the checkout of Fresco");
    process.exit(125);
  }
  return main.href;
}

if (isCurrent()) {
  keepCompiled();
  await import(builtCommand());
} else {
  runAgain();
}
