import { type CommandOptions, formatOption, formatOf, parseArguments } from "../arguments.ts";
import { columns, print, printJson } from "../output/print.ts";
import { VERSION } from "../version.ts";

export const summary = "show the versions of fresco, Node and the platform";
export const usage = "fresco version [options]";
export const options: CommandOptions = { ...formatOption };

/** `fresco version`. */
export async function run(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(argv, options, { max: 0, usage });
  const facts = { fresco: VERSION, node: process.versions.node, platform: `${process.platform} ${process.arch}` };
  await (formatOf(parsed, usage) === "json" ? printJson(facts) : print(columns(Object.entries(facts))));
  return 0;
}
