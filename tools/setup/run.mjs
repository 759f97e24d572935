// `node tools/setup/run.mjs SCRIPT [ARGUMENT…]`: runs a script with the toolchain's Node, whichever Node runs this.
import { runNode } from "./toolchain.mjs";

const [script, ...parameters] = process.argv.slice(2);
if (script === undefined) throw new Error("usage: node tools/setup/run.mjs SCRIPT [ARGUMENT…]");
process.exitCode = runNode(script, parameters);
