// `npm run setup`: toolchain, dependencies, build; nothing when nothing changed.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { buildDigest, installationDigest, isBuilt } from "./stamp.mjs";
import { fetchToolchain, isToolchainComplete, root, runNode, runPnpm } from "./toolchain.mjs";

const stampFile = path.join(root, ".toolchain", "stamp.json");
const installed = path.join(root, "node_modules", ".modules.yaml");

/** @returns {{ installation?: string, build?: string }} what the last successful set-up stood on */
function readStamp() {
  return existsSync(stampFile) ? JSON.parse(readFileSync(stampFile, "utf8")) : {};
}

/** @param {{ installation?: string, build?: string }} stamp */
function writeStamp(stamp) {
  mkdirSync(path.dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, JSON.stringify(stamp));
}

/** @param {string} doing @param {() => number} work gives an exit code */
function perform(doing, work) {
  console.error(`setup: ${doing}`);
  const code = work();
  if (code !== 0) {
    console.error(`setup: ${doing} failed (exit code ${code})`);
    process.exit(1);
  }
}

function setUp() {
  if (!isToolchainComplete()) {
    console.error("setup: fetching Node and pnpm into .toolchain/");
    fetchToolchain();
  }
  const stamp = readStamp();
  const installation = installationDigest();
  if (stamp.installation !== installation || !existsSync(installed)) {
    perform("installing dependencies", () => runPnpm(["install", "--frozen-lockfile", "--config.confirm-modules-purge=false"]));
    writeStamp({ installation });
  }
  const build = buildDigest();
  if (readStamp().build !== build || !isBuilt()) {
    // A build that fails leaves nothing that a later set-up may take for whole.
    writeStamp({ installation });
    perform("building", () => runNode("tools/setup/build.ts"));
    writeStamp({ installation, build });
  }
}

try {
  setUp();
} catch (error) {
  console.error(`setup: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
console.log(`The command is apps/cli/bin/fresco.js. To have it as "fresco" in this shell:

  mkdir -p ~/.local/bin && ln -sf ${path.join(root, "apps/cli/bin/fresco.js")} ~/.local/bin/fresco
  export PATH="$HOME/.local/bin:$PATH"
`);
