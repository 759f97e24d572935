import { FrescoError } from "@fresco/ports";
import { type CommandOptions, type OptionSpec, parseArguments } from "../arguments.ts";
import { type Command, COMMANDS } from "../command.ts";
import { columns, print } from "../output/print.ts";

export const summary = "show what there is, or what a command takes";
export const usage = "fresco help [COMMAND]";
export const options: CommandOptions = {};

/** `fresco help`. */
export async function run(argv: readonly string[]): Promise<number> {
  const [name] = parseArguments(argv, options, { max: 1, usage }).positionals;
  if (name === undefined) {
    await print(await overview());
    return 0;
  }
  const load = COMMANDS.get(name);
  if (load === undefined) throw await unknownCommand(name);
  await print(helpOf(await load()));
  return 0;
}

/** Says which commands are meant, perhaps. */
export async function unknownCommand(name: string): Promise<FrescoError> {
  const { nearest } = await import("@fresco/planner");
  const near = nearest(name, [...COMMANDS.keys()]);
  const question = near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`;
  return new FrescoError("usage.command", `there is no command "${name}"${question}`, {
    kind: "input",
    hint: "`fresco help` names them all",
  });
}

async function overview(): Promise<string> {
  const commands = await Promise.all([...COMMANDS].map(async ([name, load]) => [`  ${name}`, (await load()).summary]));
  return `Runs a project's TypeScript pipeline (.fresco/*.ts) in cached, sandboxed steps, and never on stale source.

usage: fresco COMMAND [options]

${columns(commands)}
RUN is the beginning of a run's id, or @latest. \`fresco help COMMAND\` says more about a command.
`;
}

function helpOf({ summary: what, usage: how, options: takes }: Command): string {
  const rows = Object.entries(takes).map(([name, option]) => [`  ${namesOf(name, option)}`, option.help]);
  return `${what}\n\nusage: ${how}\n\n${columns([...rows, ["  -h, --help", "show this help"]])}`;
}

function namesOf(name: string, { short, value }: OptionSpec): string {
  return `${short === undefined ? "    " : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`;
}
